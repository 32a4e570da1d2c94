import { randomUUID } from 'node:crypto'
import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService } from '../kit/http.ts'
import { httpsRedirect, plainDoor } from '../kit/https-redirect.ts'
import { listenNameServer } from '../kit/name-server.ts'
import { attachSockets } from '../kit/sockets.ts'
import { extendTarget, openTarget, sizesOf, type Target, type TargetOptions } from '../kit/target.ts'
import { needsEdge, openEdge } from './edge.ts'
import { pageRoutes } from './pages.ts'
import { authRoutes } from './routes-auth.ts'
import { orderRoutes } from './routes-orders.ts'
import { systemRoutes } from './routes-system.ts'
import { workflowRoutes } from './routes-workflows.ts'
import { createShop, type Shop } from './shop.ts'

export interface CodAdminOptions extends TargetOptions {
  /** The promises that will be looked at: without those of the edge, there is none. Default: all that can be. */
  readonly covers?: readonly string[]
}

export type CodAdmin = Target<'web' | 'plain' | 'https' | 'mailbox' | 'names' | 'edge', 'database' | 'redis'>

/** The edge's port is so far behind the first one. */
const edgeOffset = 55

/** The cash-on-delivery shop as its document describes it, in memory. Ports: web, plain, https, control, names. */
export async function createCodAdmin(options: CodAdminOptions = {}): Promise<CodAdmin> {
  const shop = createShop(options)
  const { at, broken } = shop
  const compressFrom = broken('COD-59') ? Number.POSITIVE_INFINITY : 1_024
  const refusal = (answer: Answer) =>
    broken('COD-62') ? { ...answer, json: { ...(answer.json as object), stack: new Error('Refused').stack } } : answer
  const routes = [systemRoutes, authRoutes, orderRoutes, workflowRoutes, pageRoutes].flatMap(make => make(shop))
  const service = createService({ routes, compressFrom, refusal, before: call => before(shop, call) })
  const doors = { web: service, plain: plainDoor(service), https: service }
  const target = await openTarget({ ...shop, facts: () => factsOf(shop), doors })
  const { urls, servers, control } = target
  const nameServer = await listenNameServer({
    ...target.next(0),
    names: { 'shop.example': '127.0.0.1', ...(broken('COD-58') ? {} : { 'www.shop.example': '127.0.0.1' }) },
  })
  const edge = needsEdge(options.covers) ? await openEdge(at(edgeOffset), { web: urls.web, broken }) : undefined
  const sockets = attachSockets([servers.web, servers.https], '/socket.io', url =>
    shop.signIn.ofAccess(url.searchParams.get('token') ?? ''),
  )
  shop.announce = order => sockets.broadcast({ type: 'order', order: { id: order.id, state: order.state } })
  const more = { mailbox: `${control.url}/mailbox`, names: nameServer.url, edge: edge?.url ?? urls.web }
  return extendTarget(target, more, sockets, nameServer, ...(edge ? [edge] : []))
}

/** What holds for every call: request id, headers, https, origins, trouble of the day. */
async function before(shop: Shop, call: Call): Promise<Answer | undefined> {
  const { broken, counts, parts, revision } = shop
  const { pathname } = call.url
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
  const redirect = broken('COD-29') ? undefined : httpsRedirect(call)
  if (redirect) return redirect
  await parts.delay()
  if (pathname.startsWith('/api/public/')) return admitPartner(shop, call)
  if (parts.isDown('database') && pathname.startsWith('/api/')) return { status: 503, json: { error: 'Unavailable' } }
  return undefined
}

/** Whose pages may use the public API beside our own: `ALLOWED_EMBED_DOMAINS` of the document. */
const partners = ['https://partner1.com', 'https://partner2.com']

/** The public API admits the shop, its partners, and calls without an origin. */
function admitPartner({ addresses, broken }: Shop, call: Call): Answer | undefined {
  const origin = call.header('origin')
  const isListed = [...partners, ...Object.values(addresses)].some(listed =>
    broken('COD-31') ? origin.startsWith(listed) : origin === listed,
  )
  if (origin !== '' && !isListed) return { status: 403, json: { error: 'Not allowed by CORS' } }
  return admitOrigin(call, { isListed: () => isListed, methods: 'GET, POST', headers: 'Content-Type' })
}

const factsOf = (shop: Shop) => ({
  ...sizesOf({ ...shop, users: shop.accounts, uploads: shop.images }),
  requests: Object.fromEntries(shop.counts),
})
