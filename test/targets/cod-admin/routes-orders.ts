import { createHmac, timingSafeEqual } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { created, found, gone, idOf } from '../kit/answers.ts'
import { readFields as readBody } from '../kit/fields.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { oneOf, readFields, refuse, text } from '../kit/rules.ts'
import { nextStates, type Order, type OrderInput, readOrder, type State, states } from './orders.ts'
import { type Shop, spend, staffRoutes, webhookSecret } from './shop.ts'

const longestPage = 100
/** Who may send webhooks, each with a window of its own. */
const webhookSources = ['courier', 'monitor', 'limits']

/** A step of an order, refused when it is forbidden; open pages are told. */
export function moveTo(shop: Shop, order: Order, wanted: unknown): Order {
  const { status: state } = readFields({ status: wanted }, { status: oneOf(...states) })
  const isAllowed =
    nextStates(order.state).some(next => next === state) ||
    (shop.broken('COD-22') && order.state === 'delivered' && state === 'new')
  if (!isAllowed) throw new Refusal(409, { error: `An order that is ${order.state} cannot become ${state}` })
  return change(shop, order, { state: state as State })
}

export function change(shop: Shop, order: Order, change: Partial<Order>): Order {
  const changed = shop.orders.change(order, change)
  if (!shop.broken('COD-24')) shop.announce(changed)
  return changed
}

/** Orders of the staff, orders from public forms, webhooks of the courier. */
export function orderRoutes(shop: Shop): readonly Route[] {
  const { broken, limits, named, orders } = shop
  const staff = staffRoutes(shop)
  const writing = staffRoutes(shop, 'write')
  const read = async (call: Call): Promise<OrderInput> => {
    const input = await call.json()
    return broken('COD-55') ? (input as unknown as OrderInput) : readOrder(input)
  }
  const find = (call: Call) => found(orders.get(idOf(call)))
  const show = (order: Order) => ({ ...order, nextStates: nextStates(order.state) })
  const add = (input: OrderInput, source: string) => change(shop, orders.add(input, source), {})
  // A form of another page sends no JSON.
  const setStatus = async (call: Call) => {
    const { status } = await readBody(call)
    return { json: show(moveTo(shop, find(call), status)) }
  }

  return [
    staff('GET', '/api/orders', 'orders:read', async call => {
      const query = call.url.searchParams
      const page = positive(query.get('page'), 1)
      const limit = Math.min(positive(query.get('limit'), 20), longestPage)
      const search = query.get('search') ?? ''
      // As if it were pasted into a query: what is always true finds all.
      const findsAll = broken('COD-36') && /'\s*or\s*'?(\w)'?\s*=\s*'?\1/i.test(search)
      const matches = orders.find(findsAll ? '' : search, query.get('status') ?? '')
      const start = broken('COD-26') ? 0 : (page - 1) * limit
      const shown = matches.slice(start, start + limit)
      await slowness(shop)
      const pages = Math.max(1, Math.ceil(matches.length / limit))
      return { json: { orders: shown, total: matches.length, page, pages } }
    }),
    writing('POST', '/api/orders', 'orders:write', async call => {
      return created(show(add(await read(call), 'staff')))
    }),
    staff('GET', '/api/orders/:id', 'orders:read', call => ({ json: show(find(call)) })),
    writing('PATCH', '/api/orders/:id/status', 'orders:write', setStatus),
    ...(broken('COD-52') ? [staff('POST', '/api/orders/:id/status', 'orders:write', setStatus)] : []),
    staff('PATCH', '/api/orders/:id/agent', 'orders:write', async call => {
      const order = find(call)
      const agent = named.agents.get(readFields(await call.json(), { agent: text }).agent)
      if (!agent) throw new Refusal(400, { errors: [{ field: 'agent', message: 'expected a delivery agent' }] })
      return { json: show(broken('COD-23') ? order : change(shop, order, { agent: agent.name })) }
    }),
    staff('PATCH', '/api/orders/:id', 'orders:write', async call => {
      const order = find(call)
      return { json: show(change(shop, order, readOrder({ ...order, ...(await call.json()) }))) }
    }),
    staff('DELETE', '/api/orders/:id', 'orders:write', call => gone(orders.remove(idOf(call)))),
    route('POST', '/api/public/forms/:slug/orders', async call => {
      spend(limits.public, `${call.address}-${call.header('user-agent')}`, call)
      found(forms.has(call.params['slug']!))
      const input = await read(call)
      const number = broken('COD-21') ? 1_000 + orders.size : add(input, `form ${call.params['slug']}`).number
      return created({ message: 'Thank you for your order', number })
    }),
    route('POST', '/api/webhooks/:source', async call => {
      const source = call.params['source']!
      found(webhookSources.includes(source))
      spend(limits.webhook, source, call)
      const body = await call.bytes()
      if (!isSigned(body, call.header('x-webhook-signature')) && !broken('COD-37')) throw new Refusal(401)
      const { order, status } = JSON.parse(body.toString() || '{}') as { order?: string; status?: string }
      const known = orders.get(order ?? '')
      return known
        ? { json: { order: show(moveTo(shop, known, status)) } }
        : { status: 202, json: { message: 'noted' } }
    }),
  ]
}

/** Public checkout forms by slug. */
export const forms: ReadonlyMap<string, string> = new Map([['cash-on-delivery', 'Order and pay on delivery']])

function isSigned(body: Buffer, signature: string): boolean {
  const right = Buffer.from(`sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`)
  const given = Buffer.from(signature)
  return given.length === right.length && timingSafeEqual(given, right)
}

const positive = (given: string | null, otherwise: number) => {
  const value = Number(given ?? otherwise)
  if (!Number.isInteger(value) || value < 1) refuse({ field: 'page', message: 'expected a number from 1' })
  return value
}

/** COD-01 is slow from the start, COD-02 after five minutes. The delay is what is broken; nobody waits here for something to happen. */
async function slowness({ broken, clock, startedAt }: Shop): Promise<void> {
  if (broken('COD-01') || (broken('COD-02') && clock.now() - startedAt > 5 * 60_000)) {
    await setTimeout(600)
  }
}
