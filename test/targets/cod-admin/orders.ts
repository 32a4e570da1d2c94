import { createRandom } from '../kit/random.ts'
import { amount, type Rule, readFields } from '../kit/rules.ts'
import data from './seed.json' with { type: 'json' }

export const states = ['new', 'confirmed', 'packed', 'shipped', 'delivered', 'returned', 'cancelled'] as const
export type State = (typeof states)[number]

const steps: Readonly<Record<State, readonly State[]>> = {
  new: ['confirmed', 'cancelled'],
  confirmed: ['packed', 'cancelled'],
  packed: ['shipped', 'cancelled'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
  returned: [],
  cancelled: [],
}

export const nextStates = (state: State) => steps[state]

export interface Order {
  readonly id: string
  /** For people: `#1042`. */
  readonly number: number
  readonly customer: string
  readonly phone: string
  readonly address: string
  readonly amount: number
  readonly state: State
  readonly agent?: string
  readonly tags: readonly string[]
  readonly source: string
  readonly createdAt: string
  readonly changedAt: string
}

export type OrderInput = Pick<Order, 'customer' | 'phone' | 'address' | 'amount'>

const atMost = (longest: number): Rule<string> => ({
  wants: `text of 1 to ${longest} characters`,
  holds: (value): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= longest,
})
const telephone: Rule<string> = {
  wants: 'a telephone number',
  holds: (value): value is string => typeof value === 'string' && /^\+?[\d ()-]{6,20}$/.test(value),
}
/** Refuses with 400, naming each field that is wrong. */
export const readOrder = (fields: unknown): OrderInput =>
  readFields(fields, { customer: atMost(300), phone: telephone, address: atMost(300), amount })

export function createOrders(now: () => number) {
  const orders = new Map<string, Order>()
  let last = 1_000
  return {
    add(input: OrderInput, source: string, state: State = 'new', at = now()): Order {
      const number = ++last
      const id = `order-${number}`
      const createdAt = new Date(at).toISOString()
      const order = { ...input, id, number, state, tags: [], source, createdAt, changedAt: createdAt }
      orders.set(id, order)
      return order
    },
    get: (id: string) => orders.get(id),
    change(order: Order, change: Partial<Order>): Order {
      const changed = { ...order, ...change, changedAt: new Date(now()).toISOString() }
      orders.set(order.id, changed)
      return changed
    },
    remove: (id: string) => orders.delete(id),
    /** Newest first. */
    find(search: string, state: string): readonly Order[] {
      const words = search.trim().toLowerCase()
      const textOf = ({ number, customer, phone, address }: Order) => `#${number} ${customer} ${phone} ${address}`
      return [...orders.values()]
        .reverse()
        .filter(order => (state === '' || order.state === state) && textOf(order).toLowerCase().includes(words))
    },
    list: () => [...orders.values()],
    get size() {
      return orders.size
    },
  }
}

export type Orders = ReturnType<typeof createOrders>

/** Orders of the last days, the same for the same seed. */
export function seedOrders(orders: Orders, seed: number, now: number, count = 120): void {
  const random = createRandom(seed)
  for (let index = 0; index < count; index++) {
    const input = {
      customer: data.names[random(data.names.length)]!,
      phone: `+62 555 ${String(100_000 + random(900_000))}`,
      address: `${1 + random(200)} ${data.streets[random(data.streets.length)]}`,
      amount: 10 + random(990),
    }
    orders.add(input, 'seed', states[random(states.length)]!, now - (count - index) * 3_600_000)
  }
}
