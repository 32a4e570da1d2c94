import { authorityCertificate } from '../kit/certificate.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { httpsRedirect } from '../kit/https-redirect.ts'
import { listen } from '../kit/listen.ts'
import { listenPaymentProvider } from '../kit/payment-provider.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { attachRooms } from '../kit/rooms.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import { openControl, type Target, type TargetOptions } from '../kit/target.ts'
import { type Clinic, createClinic, type PartName } from './clinic.ts'
import { breakable } from './faults.ts'
import { refusal } from './layout.ts'
import { providerKey, webhookSecret } from './money.ts'
import { memberPages, offlinePage } from './pages.ts'
import { staffPages } from './pages-staff.ts'
import { peopleRoutes } from './routes-people.ts'
import { relayInRoom, sessionRoutes } from './routes-sessions.ts'
import { moneyRoutes, systemRoutes } from './routes-system.ts'

/** Ports in this order, the payment provider's last. */
export type Therapy = Target<'web' | 'plain' | 'https' | 'payments', PartName>

/** The therapy platform as its document describes it, in memory. */
export async function createTherapy(options: TargetOptions = {}): Promise<Therapy> {
  const { certificate, at, ...prepared } = prepareTarget(options, {
    breakable,
    parts: ['database', 'video', 'payments'] as const,
    longCertificate: 'THR-26',
  })
  const { clock, parts, revision } = prepared
  const provider = { url: '' }
  const clinic = createClinic({ ...prepared, provider })
  const routes = [
    ...systemRoutes(clinic, offlinePage()),
    ...peopleRoutes(clinic),
    ...sessionRoutes(clinic),
    ...moneyRoutes(clinic),
    ...memberPages(clinic),
    ...staffPages(clinic),
  ]
  // Known as soon as it listens.
  const securePort = { current: '' }
  const service = (isPlain: boolean) =>
    createService({
      routes,
      refusal: refusal(clinic),
      before: call => before(clinic, isPlain, call, securePort.current),
    })
  const behindProxy = service(false)
  const [web, plain, https, { control, listener }] = await Promise.all([
    listen(behindProxy, at(0)),
    listen(service(true), at(1)),
    listen(behindProxy, { ...at(2), certificate }),
    openControl({ ...at(3), clock, parts, revision, facts: () => factsOf(clinic) }),
  ])
  const payments = await listenPaymentProvider({
    ...at(4),
    key: providerKey,
    webhookSecret,
    now: clock.now,
    webhookUrl: () => `${web.url}/api/webhooks/payments`,
  })
  provider.url = payments.url
  securePort.current = new URL(https.url).port
  const rooms = attachRooms({
    servers: [web.server, https.server],
    path: '/signal',
    admit: url => ticketOf(clinic, url),
    relay: relayInRoom(clinic),
  })

  return {
    urls: { web: web.url, plain: plain.url, https: https.url, payments: payments.url },
    control,
    authority: authorityCertificate(),
    async close() {
      rooms.close()
      await Promise.all([web, plain, https, listener, payments].map(each => each.close()))
    },
  }
}

const policy = ownContentOnly("media-src 'self' blob:")

/** What holds for every call: headers, https, trouble of the day. */
async function before(
  { broken, parts, revision }: Clinic,
  isPlain: boolean,
  call: Call,
  securePort: string,
): Promise<Answer | undefined> {
  const { pathname } = call.url
  const isAsset = /^\/(assets|icons)\//.test(pathname)
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    ...closedHeaders,
    'permissions-policy': 'camera=(self), microphone=(self)',
    'content-security-policy': policy,
    ...(isAsset ? {} : { 'cache-control': 'no-cache' }),
    ...(broken('THR-14') ? {} : { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  })
  const redirect = httpsRedirect(call, isPlain, securePort)
  // What is private is not even led to the right door: whoever asks so has sent a cookie in the clear.
  if (redirect && /^\/(api|records|sessions)\//.test(pathname)) throw new Refusal(403, { error: 'Ask over HTTPS' })
  if (redirect && !broken('THR-14')) return redirect
  if (parts.latency > 0) await new Promise(resolve => setTimeout(resolve, parts.latency))
  const needsDatabase = !isAsset && pathname !== '/api/health' && pathname !== '/api/version'
  if (parts.isDown('database') && needsDatabase) throw new Refusal(503)
  return undefined
}

/** Whose ticket it is, and for which room. */
function ticketOf({ parts, tokens }: Clinic, url: URL): { readonly room: string; readonly name: string } | undefined {
  const claims = tokens.verify(url.searchParams.get('ticket') ?? '', 'call')
  if (typeof claims === 'string' || parts.isDown('video')) return undefined
  const [room = '', ...name] = claims.sub.split(' ')
  return { room, name: name.join(' ') }
}

const factsOf = ({ audit, people, sessions }: Clinic) => ({
  people: people.size,
  sessions: sessions.size,
  audit: audit.length,
})
