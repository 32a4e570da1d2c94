import { setTimeout } from 'node:timers/promises'
import { created, found, gone, idOf } from '../kit/answers.ts'
import type { Route } from '../kit/http.ts'
import { filled, oneOf, readFields, text } from '../kit/rules.ts'
import type { Order } from './orders.ts'
import { change, moveTo } from './routes-orders.ts'
import { type Shop, staffRoutes, type Workflow } from './shop.ts'

type Action = (shop: Shop, order: Order, value: unknown) => Order | Promise<Order>

/** Actions that do something: SMS, e-mail and HTTP do not yet. */
const actions: Readonly<Record<string, Action>> = {
  update_order: moveTo,
  assign_agent: (shop, order, value) => change(shop, order, { agent: String(value) }),
  add_tag: (shop, order, value) => change(shop, order, { tags: [...order.tags, String(value)] }),
  wait: async (_, order, value) => {
    await setTimeout(Math.min(Number(value), 60_000))
    return order
  },
}

/** What the builder offers. */
export const offeredActions = ({ broken }: Shop): readonly string[] => [
  ...Object.keys(actions),
  ...(broken('COD-50') ? ['send_sms'] : []),
]

export function workflowRoutes(shop: Shop): readonly Route[] {
  const { broken, clock, orders, workflows } = shop
  const staff = staffRoutes(shop)
  const readAction = (action: unknown) => {
    const { type } = readFields(action, { type: oneOf(...offeredActions(shop)) }, 'actions.')
    return { type, value: (action as { readonly value?: unknown }).value }
  }
  const run = async (workflow: Workflow, id: string) => {
    for (const { type, value } of workflow.actions) {
      const order = orders.get(id)
      if (order) await actions[type]?.(shop, order, value)
    }
  }
  return [
    staff('GET', '/api/workflows', 'workflows:write', () => ({ json: { workflows: workflows.list() } })),
    staff('POST', '/api/workflows', 'workflows:write', async call => {
      const { name, actions: chosen } = readFields(await call.json(), { name: text, actions: filled })
      return created(workflows.add({ name, actions: chosen.map(readAction) }))
    }),
    staff('POST', '/api/workflows/:id/run', 'workflows:write', async call => {
      const workflow = found(workflows.get(idOf(call)))
      const order = found(orders.get(readFields(await call.json(), { order: text }).order))
      // Nobody waits for it; a step that the order does not allow ends it.
      if (!broken('COD-25')) run(workflow, order.id).catch(() => {})
      return { status: 202, json: { startedAt: new Date(clock.now()).toISOString() } }
    }),
    staff('DELETE', '/api/workflows/:id', 'workflows:write', call => gone(workflows.remove(idOf(call)))),
  ]
}
