import { authorityCertificate } from '../kit/certificate.ts'
import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { listen } from '../kit/listen.ts'
import { createMailbox } from '../kit/mailbox.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { attachSockets } from '../kit/sockets.ts'
import { openControl, type Target, type TargetOptions } from '../kit/target.ts'
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
  const mailbox = createMailbox()
  const { certificate, at, ...given } = prepareTarget(options, {
    breakable,
    parts: ['database'] as const,
    longCertificate: 'AGT-43',
  })
  const portal = createPortal({ ...given, mailbox })
  const routes = [systemRoutes, authRoutes, bookingRoutes, officeRoutes, pageRoutes].flatMap(make => make(portal))
  const origins: string[] = []
  const service = createService({ routes, longestBody, before: call => before(portal, call, origins) })
  const facts = () => factsOf(portal)
  const [web, https, { listener, control }] = await Promise.all([
    listen(service, at(0)),
    listen(service, { ...at(1), certificate }),
    openControl({ ...given, port: at(2).port, mailbox, facts }),
  ])
  origins.push(web.url, https.url)
  const sockets = attachSockets(
    [web.server, https.server],
    '/api/socket',
    url => portal.signIn.ofAccess(url.searchParams.get('token') ?? '')?.id,
  )
  portal.tell = (message, userId) => sockets.broadcast(message, who => userId === undefined || who === userId)

  return {
    urls: { web: web.url, https: https.url, mailbox: `${control.url}/mailbox` },
    control,
    authority: authorityCertificate(),
    async close() {
      sockets.close()
      await Promise.all([web, https, listener].map(each => each.close()))
    },
  }
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** What holds for every call: headers, origins, trouble of the day, modules that are missing. */
async function before(portal: Portal, call: Call, origins: readonly string[]): Promise<Answer | undefined> {
  const { broken, parts, revision } = portal
  const { pathname } = call.url
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    ...(broken('AGT-08') ? {} : { 'content-security-policy': policy }),
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  if (!pathname.startsWith('/api/')) return undefined
  call.answerHeaders['cache-control'] = 'no-store'
  if (parts.latency > 0) await new Promise(resolve => setTimeout(resolve, parts.latency))
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

const factsOf = ({ accounts, clinic, files, notifications, payments, reports, schedules, tasks, tickets }: Portal) => ({
  appointments: clinic.appointments.size,
  customers: clinic.customers.size,
  slots: clinic.opened.size,
  users: accounts.size,
  files: files.size,
  notifications: notifications.size,
  payments: payments.size,
  reports: reports.size,
  schedules: schedules.size,
  tasks: tasks.size,
  tickets: tickets.size,
})
