import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { httpsRedirect } from '../kit/https-redirect.ts'
import { listenPaymentProvider } from '../kit/payment-provider.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { attachRooms } from '../kit/rooms.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import { openTarget, type Target, type TargetOptions } from '../kit/target.ts'
import { type Clinic, createClinic, type PartName } from './clinic.ts'
import { breakable } from './faults.ts'
import { refusal } from './layout.ts'
import { providerKey, webhookSecret } from './money.ts'
import { memberPages } from './pages.ts'
import { staffPages } from './pages-staff.ts'
import { peopleRoutes } from './routes-people.ts'
import { relayInRoom, sessionRoutes } from './routes-sessions.ts'
import { moneyRoutes, systemRoutes } from './routes-system.ts'

/** Ports in this order, the payment provider's last. */
export type Therapy = Target<'web' | 'plain' | 'https' | 'payments', PartName>

/** The therapy platform as its document describes it, in memory. */
export async function createTherapy(options: TargetOptions = {}): Promise<Therapy> {
  const parts: readonly PartName[] = ['database', 'video', 'payments']
  const prepared = prepareTarget(options, { breakable, parts, longCertificate: 'THR-26' })
  const provider = { url: '' }
  const clinic = createClinic({ ...prepared, provider })
  const routes = [systemRoutes, peopleRoutes, sessionRoutes, moneyRoutes, memberPages, staffPages].flatMap(make =>
    make(clinic),
  )
  // Known as soon as it listens.
  const securePort = { current: '' }
  const service = (isPlain: boolean) =>
    createService({
      routes,
      refusal: refusal(clinic),
      before: call => before(clinic, isPlain, call, securePort.current),
    })
  const doors = { web: service(false), plain: service(true), https: service(false) }
  const target = await openTarget({ ...prepared, facts: () => factsOf(clinic), doors })
  const { urls, servers } = target
  const payments = await listenPaymentProvider({
    ...target.next(0),
    key: providerKey,
    webhookSecret,
    now: prepared.clock.now,
    webhookUrl: () => `${urls.web}/api/webhooks/payments`,
  })
  provider.url = payments.url
  securePort.current = new URL(urls.https).port
  const rooms = attachRooms({
    servers: [servers.web, servers.https],
    path: '/signal',
    admit: url => ticketOf(clinic, url),
    relay: relayInRoom(clinic),
  })

  return {
    ...target,
    urls: { ...urls, payments: payments.url },
    async close() {
      rooms.close()
      await Promise.all([target, payments].map(each => each.close()))
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
  await parts.delay()
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
