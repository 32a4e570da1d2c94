import { chooseBroken } from '../kit/broken.ts'
import { authorityCertificate, createCertificate } from '../kit/certificate.ts'
import { createClock } from '../kit/clock.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { listen } from '../kit/listen.ts'
import { createMailbox } from '../kit/mailbox.ts'
import { createParts } from '../kit/parts.ts'
import { attachSockets } from '../kit/sockets.ts'
import { openControl, placesOf, type Target, type TargetOptions } from '../kit/target.ts'
import { breakable, missingCalls } from './faults.ts'
import { api, createPortal, type PartName, type Portal, userOf } from './portal.ts'
import { authRoutes } from './routes-auth.ts'
import { bookingRoutes } from './routes-booking.ts'
import { officeRoutes } from './routes-office.ts'
import { pageRoutes } from './routes-pages.ts'
import { describe, systemRoutes } from './routes-system.ts'

/** Its ports: web, https, control. */
export type AgentPortal = Target<'web' | 'https' | 'mailbox', PartName>

const day = 86_400_000
/** More than the largest file that is kept, so that a file which is too large is told so in words. */
const longestBody = 64 * 1024 * 1024

/** The Corporate Agent Module as its document describes it, in memory. */
export async function createAgentPortal(options: TargetOptions = {}): Promise<AgentPortal> {
  const broken = chooseBroken(breakable, options.broken)
  const clock = createClock(options.clock)
  const parts = createParts<PartName>(['database'])
  const mailbox = createMailbox()
  const revision = { current: options.revision ?? 'reference' }
  const portal = createPortal({ clock, broken, parts, mailbox, revision })
  const validUntil = clock.now() + (broken('AGT-43') ? 3 : 60) * day
  const certificate = createCertificate({ names: ['localhost'], validFrom: clock.now() - day, validUntil })

  const calls = [...systemRoutes(portal), ...authRoutes(portal), ...bookingRoutes(portal), ...officeRoutes(portal)]
  const description = describe(calls, portal)
  const routes = [...calls, api('GET', '/api/openapi.json', () => ({ json: description })), ...pageRoutes(portal)]
  const origins: string[] = []
  const service = createService({ routes, longestBody, before: call => before(portal, call, origins) })
  const at = placesOf(options)
  const facts = () => factsOf(portal)
  const [web, https, { listener, control }] = await Promise.all([
    listen(service, at(0)),
    listen(service, { ...at(1), certificate }),
    openControl({ port: at(2).port, clock, parts, mailbox, revision, facts }),
  ])
  origins.push(web.url, https.url)
  const sockets = attachSockets(
    [web.server, https.server],
    '/api/socket',
    url => userOf(portal, url.searchParams.get('token') ?? '')?.id,
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
  return admitOrigin(call, broken('AGT-40'), origins)
}

/** The API is for the portal's own pages: other origins get no permission to read its answers. */
function admitOrigin(call: Call, everybody: boolean, origins: readonly string[]): Answer | undefined {
  const origin = call.header('origin')
  const isListed = origin !== '' && (everybody || origins.includes(origin))
  if (isListed) {
    Object.assign(call.answerHeaders, {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    })
  }
  if (call.method !== 'OPTIONS') return undefined
  const methods = { 'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE' }
  return { status: isListed ? 204 : 403, headers: isListed ? methods : {} }
}

const factsOf = ({ accounts, clinic, files, notifications, payments, reports, schedules, tasks, tickets }: Portal) => ({
  appointments: clinic.appointments.size,
  customers: clinic.customers.size,
  slots: clinic.opened.size,
  users: accounts.all().length,
  files: files.size,
  notifications: notifications.size,
  payments: payments.size,
  reports: reports.size,
  schedules: schedules.size,
  tasks: tasks.size,
  tickets: tickets.size,
})
