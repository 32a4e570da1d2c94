import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { createMailbox } from '../kit/mailbox.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import { attachSockets } from '../kit/sockets.ts'
import { openTarget, type Target, type TargetOptions } from '../kit/target.ts'
import { breakable, missingCalls } from './faults.ts'
import { createPortal, type PartName, type Portal } from './portal.ts'
import { authRoutes } from './routes-auth.ts'
import { bookingRoutes } from './routes-booking.ts'
import { officeRoutes } from './routes-office.ts'
import { pageRoutes } from './routes-pages.ts'
import { systemRoutes } from './routes-system.ts'

/** Its ports: web, https, control. */
export type AgentPortal = Target<'web' | 'https' | 'mailbox', PartName>

/** More than the largest file that is kept, so that a file which is too large is told so in words. */
const longestBody = 64 * 1024 * 1024

/** The Corporate Agent Module as its document describes it, in memory. */
export async function createAgentPortal(options: TargetOptions = {}): Promise<AgentPortal> {
  const parts: readonly PartName[] = ['database']
  const prepared = prepareTarget(options, { breakable, parts, longCertificate: 'AGT-43' })
  const mailbox = createMailbox()
  const portal = createPortal({ ...prepared, mailbox })
  const routes = [systemRoutes, authRoutes, bookingRoutes, officeRoutes, pageRoutes].flatMap(make => make(portal))
  const origins: string[] = []
  const service = createService({ routes, longestBody, before: call => before(portal, call, origins) })
  const facts = () => factsOf(portal)
  const target = await openTarget({ ...prepared, mailbox, facts, doors: { web: service, https: service } })
  const { urls, servers, control } = target
  origins.push(urls.web, urls.https)
  const sockets = attachSockets(
    [servers.web, servers.https],
    '/api/socket',
    url => portal.signIn.ofAccess(url.searchParams.get('token') ?? '')?.id,
  )
  portal.tell = (message, userId) => sockets.broadcast(message, who => userId === undefined || who === userId)
  return {
    ...target,
    urls: { ...urls, mailbox: `${control.url}/mailbox` },
    async close() {
      sockets.close()
      await target.close()
    },
  }
}

/** What holds for every call: headers, origins, trouble of the day, modules that are missing. */
async function before(portal: Portal, call: Call, origins: readonly string[]): Promise<Answer | undefined> {
  const { broken, parts, revision } = portal
  const { pathname } = call.url
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    ...closedHeaders,
    ...(broken('AGT-08') ? {} : { 'content-security-policy': ownContentOnly() }),
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
  })
  if (!pathname.startsWith('/api/')) return undefined
  call.answerHeaders['cache-control'] = 'no-store'
  await parts.delay()
  const missing = missingCalls[pathname]
  if (missing !== undefined && broken(missing)) throw new Refusal(404)
  if (parts.isDown('database') && pathname !== '/api/health') throw new Refusal(503)
  // The API is for the portal's own pages.
  return admitOrigin(call, {
    isListed: origin => origins.includes(origin) || broken('AGT-40'),
    methods: 'GET, POST, PUT, PATCH, DELETE',
    headers: 'Authorization, Content-Type',
  })
}

const factsOf = ({ accounts, clinic, payments, tasks, ...portal }: Portal) => ({
  appointments: clinic.appointments.size,
  customers: clinic.customers.size,
  slots: clinic.opened.size,
  users: accounts.size,
  files: portal.files.size,
  notifications: portal.notifications.size,
  payments: payments.size,
  reports: portal.reports.size,
  schedules: portal.schedules.size,
  tasks: tasks.size,
  tickets: portal.tickets.size,
})
