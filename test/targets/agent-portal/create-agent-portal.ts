import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import { attachSockets } from '../kit/sockets.ts'
import { extendTarget, openTarget, sizesOf, type Target, type TargetOptions } from '../kit/target.ts'
import { missingCalls } from './faults.ts'
import { createPortal, type Portal } from './portal.ts'
import { authRoutes } from './routes-auth.ts'
import { bookingRoutes } from './routes-booking.ts'
import { officeRoutes } from './routes-office.ts'
import { pageRoutes } from './routes-pages.ts'
import { systemRoutes } from './routes-system.ts'

/** Its ports: web, https, control. */
export type AgentPortal = Target<'web' | 'https' | 'mailbox', 'database'>

/** More than the largest file that is kept, so that a file which is too large is told so in words. */
const longestBody = 64 * 1024 * 1024

/** The Corporate Agent Module as its document describes it, in memory. */
export async function createAgentPortal(options: TargetOptions = {}): Promise<AgentPortal> {
  const portal = createPortal(options)
  const routes = [systemRoutes, authRoutes, bookingRoutes, officeRoutes, pageRoutes].flatMap(make => make(portal))
  const service = createService({ routes, longestBody, before: call => before(portal, call) })
  const facts = () => sizesOf({ ...portal, ...portal.clinic, users: portal.accounts })
  const target = await openTarget({ ...portal, facts, doors: { web: service, https: service } })
  const { servers, control } = target
  const sockets = attachSockets(
    [servers.web, servers.https],
    '/api/socket',
    url => portal.signIn.ofAccess(url.searchParams.get('token') ?? '')?.id,
  )
  portal.tell = (message, userId) => sockets.broadcast(message, who => userId === undefined || who === userId)
  return extendTarget(target, { mailbox: `${control.url}/mailbox` }, sockets)
}

/** What holds for every call: headers, origins, trouble of the day, modules that are missing. */
async function before(portal: Portal, call: Call): Promise<Answer | undefined> {
  const { addresses, broken, parts, revision } = portal
  const { pathname } = call.url
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    ...closedHeaders(broken('AGT-08') ? undefined : ownContentOnly()),
  })
  if (!pathname.startsWith('/api/')) return undefined
  call.answerHeaders['cache-control'] = 'no-store'
  await parts.delay()
  const missing = missingCalls[pathname]
  if (missing !== undefined && broken(missing)) throw new Refusal(404)
  if (parts.isDown('database') && pathname !== '/api/health') throw new Refusal(503)
  // The API is for the portal's own pages.
  return admitOrigin(call, {
    isListed: origin => Object.values(addresses).includes(origin) || broken('AGT-40'),
    methods: 'GET, POST, PUT, PATCH, DELETE',
    headers: 'Authorization, Content-Type',
  })
}
