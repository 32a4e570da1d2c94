import { randomUUID } from 'node:crypto'
import { authorityCertificate } from '../kit/certificate.ts'
import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService } from '../kit/http.ts'
import { listen } from '../kit/listen.ts'
import { createMailbox } from '../kit/mailbox.ts'
import { listenNameServer } from '../kit/name-server.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { attachSockets } from '../kit/sockets.ts'
import { openControl, type Target, type TargetOptions } from '../kit/target.ts'
import { needsEdge, openEdge } from './edge.ts'
import { breakable } from './faults.ts'
import { pageRoutes } from './pages.ts'
import { authRoutes } from './routes-auth.ts'
import { orderRoutes } from './routes-orders.ts'
import { systemRoutes } from './routes-system.ts'
import { workflowRoutes } from './routes-workflows.ts'
import { createShop, type PartName, type Shop } from './shop.ts'

export interface CodAdminOptions extends TargetOptions {
  /** The promises that will be looked at: without those of the edge, there is none. Default: all that can be. */
  readonly covers?: readonly string[]
}

export type CodAdmin = Target<'web' | 'plain' | 'https' | 'mailbox' | 'names' | 'edge', PartName>

/** The edge's port is so far behind the first one. */
const edgeOffset = 55

/** The cash-on-delivery shop as its document describes it, in memory. Ports: web, plain, https, control, names. */
export async function createCodAdmin(options: CodAdminOptions = {}): Promise<CodAdmin> {
  const { broken, clock, parts, revision, certificate, at } = prepareTarget(options, {
    breakable,
    parts: ['database', 'redis'] as const,
    longCertificate: 'COD-40',
    names: ['localhost', 'www.localhost'],
  })
  const mailbox = createMailbox()
  const shop = createShop({ clock, broken, parts, mailbox, revision }, options.seed ?? 1)

  const compressFrom = broken('COD-59') ? Number.POSITIVE_INFINITY : 1_024
  const refusal = (answer: Answer) =>
    broken('COD-62') ? { ...answer, json: { ...(answer.json as object), stack: new Error('Refused').stack } } : answer
  const routes = [systemRoutes, authRoutes, orderRoutes, workflowRoutes, pageRoutes].flatMap(make => make(shop))
  const service = (isPlain: boolean) =>
    createService({ routes, compressFrom, refusal, before: call => before(shop, call, isPlain) })
  const [web, plain, https, { listener: control, control: held }, nameServer] = await Promise.all([
    listen(service(false), at(0)),
    listen(service(true), at(1)),
    listen(service(false), { ...at(2), certificate }),
    openControl({ port: at(3).port, clock, parts, mailbox, revision, facts: () => factsOf(shop) }),
    listenNameServer({
      ...at(4),
      names: { 'shop.example': '127.0.0.1', ...(broken('COD-58') ? {} : { 'www.shop.example': '127.0.0.1' }) },
    }),
  ])
  const edge = needsEdge(options.covers) ? await openEdge(at(edgeOffset), { web: web.url, broken }) : undefined
  shop.origins.push(web.url, https.url)
  const sockets = attachSockets([web.server, https.server], '/socket.io', url =>
    shop.signIn.ofAccess(url.searchParams.get('token') ?? ''),
  )
  shop.announce = order => sockets.broadcast({ type: 'order', order: { id: order.id, state: order.state } })

  return {
    urls: {
      web: web.url,
      plain: plain.url,
      https: https.url,
      mailbox: `${control.url}/mailbox`,
      names: nameServer.url,
      edge: edge?.url ?? web.url,
    },
    control: held,
    authority: authorityCertificate(),
    async close() {
      sockets.close()
      await edge?.close()
      await Promise.all([web, plain, https, control, nameServer].map(listener => listener.close()))
    },
  }
}

/** What holds for every call: request id, headers, https, origins, trouble of the day. */
async function before(shop: Shop, call: Call, isPlain: boolean): Promise<Answer | undefined> {
  const { broken, counts, parts, revision } = shop
  const { pathname, search } = call.url
  counts.set(call.method, (counts.get(call.method) ?? 0) + 1)
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'same-origin',
    ...(broken('COD-30') ? {} : { 'x-content-type-options': 'nosniff' }),
    ...(broken('COD-39') ? {} : { 'x-request-id': call.header('x-request-id').slice(0, 200) || randomUUID() }),
  })
  // `web` stands behind a proxy that speaks TLS: it is asked over plain HTTP, and believes the proxy about the user.
  const isSecure = (call.header('x-forwarded-proto') || (isPlain ? 'http' : 'https')) === 'https'
  if (!isSecure && !broken('COD-29')) {
    return { status: 301, headers: { location: `https://${call.header('host')}${pathname}${search}` } }
  }
  if (parts.latency > 0) await new Promise(resolve => setTimeout(resolve, parts.latency))
  if (pathname.startsWith('/api/public/')) return admitPartner(shop, call)
  if (parts.isDown('database') && pathname.startsWith('/api/')) return { status: 503, json: { error: 'Unavailable' } }
  return undefined
}

/** The public API admits the shop, its partners, and calls without an origin. */
function admitPartner({ broken, origins }: Shop, call: Call): Answer | undefined {
  const origin = call.header('origin')
  const isListed = origins.some(listed => (broken('COD-31') ? origin.startsWith(listed) : origin === listed))
  if (origin !== '' && !isListed) return { status: 403, json: { error: 'Not allowed by CORS' } }
  return admitOrigin(call, { isListed: () => isListed, methods: 'GET, POST', headers: 'Content-Type' })
}

const factsOf = ({ accounts, counts, images, orders, workflows }: Shop) => ({
  orders: orders.size,
  users: accounts.size,
  uploads: images.list().length,
  workflows: workflows.size,
  requests: Object.fromEntries(counts),
})
