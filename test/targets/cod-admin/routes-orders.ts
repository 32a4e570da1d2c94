import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { nextStates, type Order, type OrderInput, orderErrors, type State, states } from './orders.ts'
import { refuseErrors, type Shop, spend, staff, webhookSecret } from './shop.ts'

const longestPage = 100
/** Who may send webhooks, each with a window of its own. */
const webhookSources = ['courier', 'monitor', 'limits']

/** Orders of the staff, orders from public forms, webhooks of the courier. */
export function orderRoutes(shop: Shop): readonly Route[] {
  const { broken, limits, orders } = shop
  const readOrder = async (call: Call): Promise<OrderInput> => {
    const input = await call.json()
    if (!broken('COD-55')) refuseErrors(orderErrors(input))
    return input as unknown as OrderInput
  }
  const find = (id: string | undefined) => {
    const order = orders.get(id ?? '')
    if (!order) throw new Refusal(404)
    return order
  }
  const announce = (order: Order) => {
    if (!broken('COD-24')) shop.announce(order)
    return order
  }
  const show = (order: Order) => ({ ...order, nextStates: nextStates(order.state) })
  const add = (input: OrderInput, source: string) => announce(orders.add(input, source))

  const moveTo = (order: Order, state: unknown) => {
    if (!states.some(known => known === state)) {
      refuseErrors([{ field: 'status', message: `expected one of ${states.join(', ')}` }])
    }
    const isAllowed =
      nextStates(order.state).some(next => next === state) ||
      (broken('COD-22') && order.state === 'delivered' && state === 'new')
    if (!isAllowed) throw new Refusal(409, { error: `An order that is ${order.state} cannot become ${state}` })
    return announce(orders.change(order, { state: state as State }))
  }

  return [
    route(
      'GET',
      '/api/orders',
      staff(shop, 'orders:read', async call => {
        const query = call.url.searchParams
        const page = positive(query.get('page'), 1)
        const limit = Math.min(positive(query.get('limit'), 20), longestPage)
        const found = orders.find({
          search: query.get('search') ?? '',
          state: query.get('status') ?? '',
          page: broken('COD-26') ? 1 : page,
          limit,
        })
        await slowness(shop)
        return { json: { ...found, page, pages: Math.max(1, Math.ceil(found.total / limit)) } }
      }),
    ),
    route(
      'POST',
      '/api/orders',
      staff(
        shop,
        'orders:write',
        async call => ({ status: 201, json: show(add(await readOrder(call), 'staff')) }),
        'write',
      ),
    ),
    route(
      'GET',
      '/api/orders/:id',
      staff(shop, 'orders:read', call => ({ json: show(find(call.params['id'])) })),
    ),
    route(
      'PATCH',
      '/api/orders/:id/status',
      staff(
        shop,
        'orders:write',
        async call => ({ json: show(moveTo(find(call.params['id']), (await call.json())['status'])) }),
        'write',
      ),
    ),
    route(
      'PATCH',
      '/api/orders/:id',
      staff(shop, 'orders:write', async call => {
        const order = find(call.params['id'])
        const change = { ...order, ...(await call.json()) }
        refuseErrors(orderErrors(change))
        // State, number and source are not the client's to choose.
        const { id, number, state, source, createdAt } = order
        return { json: show(announce(orders.change(order, { ...change, id, number, state, source, createdAt }))) }
      }),
    ),
    route(
      'DELETE',
      '/api/orders/:id',
      staff(shop, 'orders:write', call => {
        if (!orders.remove(call.params['id']!)) throw new Refusal(404)
        return { status: 204 }
      }),
    ),
    route('POST', '/api/public/forms/:slug/orders', async call => {
      spend(limits.public, `${call.address}-${call.header('user-agent')}`, call)
      if (!forms.has(call.params['slug']!)) throw new Refusal(404)
      const input = await readOrder(call)
      const reference = broken('COD-21') ? 1_000 + orders.size : add(input, `form ${call.params['slug']}`).number
      return { status: 201, json: { message: 'Thank you for your order', number: reference } }
    }),
    route('POST', '/api/webhooks/:source', async call => {
      const source = call.params['source']!
      if (!webhookSources.includes(source)) throw new Refusal(404)
      spend(limits.webhook, source, call)
      const body = await call.bytes()
      if (!isSigned(body, call.header('x-webhook-signature')) && !broken('COD-37')) throw new Refusal(401)
      const { order, status } = JSON.parse(body.toString() || '{}') as { order?: string; status?: string }
      const found = orders.get(order ?? '')
      return found ? { json: { order: show(moveTo(found, status)) } } : { status: 202, json: { message: 'noted' } }
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

const positive = (text: string | null, otherwise: number) => {
  const value = Number(text ?? otherwise)
  if (!Number.isInteger(value) || value < 1) throw new Refusal(400, { errors: [{ field: 'page', message: 'from 1' }] })
  return value
}

/** COD-01 is slow from the start, COD-02 after five minutes. */
async function slowness({ broken, clock, startedAt }: Shop): Promise<void> {
  if (broken('COD-01') || (broken('COD-02') && clock.now() - startedAt > 5 * 60_000)) {
    await new Promise(resolve => setTimeout(resolve, 600))
  }
}
