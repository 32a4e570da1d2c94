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
}

export type OrderInput = Pick<Order, 'customer' | 'phone' | 'address' | 'amount'>

/** What is wrong with an order that somebody sent, by field. */
export function orderErrors(input: Readonly<Record<string, unknown>>): readonly { field: string; message: string }[] {
  const { customer, phone, address, amount } = input
  const text = (field: string, value: unknown, longest: number) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= longest
      ? []
      : [{ field, message: `expected text of 1 to ${longest} characters` }]
  return [
    ...text('customer', customer, 100),
    ...(typeof phone === 'string' && /^\+?[\d ()-]{6,20}$/.test(phone)
      ? []
      : [{ field: 'phone', message: 'expected a telephone number' }]),
    ...text('address', address, 300),
    ...(typeof amount === 'number' && amount > 0 && amount <= 1_000_000
      ? []
      : [{ field: 'amount', message: 'expected an amount above 0' }]),
  ]
}

export interface Query {
  readonly search: string
  readonly state: string
  /** From 1. */
  readonly page: number
  readonly limit: number
}

export function createOrders(now: () => number) {
  const orders = new Map<string, Order>()
  let last = 1_000
  return {
    add(input: OrderInput, source: string, state: State = 'new', at = now()): Order {
      const number = ++last
      const { customer, phone, address, amount } = input
      const id = `order-${number}`
      const createdAt = new Date(at).toISOString()
      const order = { id, number, customer, phone, address, amount, state, tags: [], source, createdAt }
      orders.set(id, order)
      return order
    },
    get: (id: string) => orders.get(id),
    change(order: Order, change: Partial<Order>): Order {
      const changed = { ...order, ...change }
      orders.set(order.id, changed)
      return changed
    },
    remove: (id: string) => orders.delete(id),
    /** Newest first. */
    find({ search, state, page, limit }: Query) {
      const words = search.trim().toLowerCase()
      const found = [...orders.values()]
        .reverse()
        .filter(
          order =>
            (state === '' || order.state === state) &&
            (words === '' ||
              `#${order.number} ${order.customer} ${order.phone} ${order.address}`.toLowerCase().includes(words)),
        )
      return { orders: found.slice((page - 1) * limit, page * limit), total: found.length }
    },
    get size() {
      return orders.size
    },
  }
}

export type Orders = ReturnType<typeof createOrders>

const people = [
  'Amina Diallo',
  'Budi Santoso',
  'Chidi Okafor',
  'Dana Haddad',
  'Elif Kaya',
  'Farid Rahman',
  'Grace Mensah',
]
const streets = ['Market Street', 'Harbour Road', 'Hill Lane', 'Station Square', 'Garden Avenue']

/** Orders of the last days, the same for the same seed. */
export function seedOrders(orders: Orders, seed: number, now: number, count = 120): void {
  let state = seed >>> 0
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let index = 0; index < count; index++) {
    const input = {
      customer: people[random(people.length)]!,
      phone: `+62 555 ${String(100_000 + random(900_000))}`,
      address: `${1 + random(200)} ${streets[random(streets.length)]}`,
      amount: 10 + random(990),
    }
    orders.add(input, 'seed', states[random(states.length)]!, now - (count - index) * 3_600_000)
  }
}
