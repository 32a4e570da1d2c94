import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { httpsRedirect, plainDoor } from '../kit/https-redirect.ts'
import { attachRooms } from '../kit/rooms.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import { extendTarget, openTarget, sizesOf, type Target, type TargetOptions } from '../kit/target.ts'
import { type Clinic, createClinic } from './clinic.ts'
import { refusal } from './layout.ts'
import { memberPages } from './pages.ts'
import { staffPages } from './pages-staff.ts'
import { peopleRoutes } from './routes-people.ts'
import { relayInRoom, sessionRoutes } from './routes-sessions.ts'
import { moneyRoutes, systemRoutes } from './routes-system.ts'

/** Ports in this order, the payment provider's last. */
export type Therapy = Target<'web' | 'plain' | 'https' | 'payments', 'database' | 'video' | 'payments'>

/** The therapy platform as its document describes it, in memory. */
export async function createTherapy(options: TargetOptions = {}): Promise<Therapy> {
  const clinic = createClinic(options)
  const routes = [systemRoutes, peopleRoutes, sessionRoutes, moneyRoutes, memberPages, staffPages].flatMap(make =>
    make(clinic),
  )
  const service = createService({
    routes,
    refusal: (answer, call) => refusal(clinic, answer, call),
    before: call => before(clinic, call),
  })
  const doors = { web: service, plain: plainDoor(service), https: service }
  const target = await openTarget({ ...clinic, facts: () => sizesOf(clinic), doors })
  const { urls, servers, next } = target
  const provider = await clinic.money.payments.openProvider(next(0), `${urls.web}/api/webhooks/payments`)
  const rooms = attachRooms({
    servers: [servers.web, servers.https],
    path: '/signal',
    admit: url => ticketOf(clinic, url),
    relay: said => relayInRoom(clinic, said),
  })
  return extendTarget(target, { payments: provider.url }, rooms, provider)
}

const policy = ownContentOnly("media-src 'self' blob:")

/** What holds for every call: headers, https, trouble of the day. */
async function before(clinic: Clinic, call: Call): Promise<Answer | undefined> {
  const { addresses, broken, parts, revision } = clinic
  const { pathname } = call.url
  const isAsset = /^\/(assets|icons)\//.test(pathname)
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    ...closedHeaders(policy, !broken('THR-14')),
    'permissions-policy': 'camera=(self), microphone=(self)',
    ...(isAsset ? {} : { 'cache-control': 'no-cache' }),
  })
  const redirect = httpsRedirect(call, addresses['https'])
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
