import type { APIRequestContext } from 'playwright/test'
import { expect } from '../support/test.ts'

/** Password of the monitor's accounts; the reference system's where none is set. */
const password = process.env['COD_ADMIN_PASSWORD'] ?? 'password123'

/** One use, one set of accounts: what a limit check spends is missed by nobody else. */
export type Use = 'journey' | 'monitor' | 'limits'
const accountsOfUse = 8

export interface Session {
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string }
  readonly headers: Readonly<Record<string, string>>
}

/** Signs in with an account of the use; where its window of sign-ins is spent, with the next. */
export async function signIn(request: APIRequestContext, use: Use): Promise<Session> {
  const first = Math.floor(Math.random() * accountsOfUse)
  for (let turn = 0; turn < accountsOfUse; turn++) {
    const email = `${use}-${((first + turn) % accountsOfUse) + 1}@example.com`
    const response = await request.post('/api/auth/login', { data: { email, password } })
    if (response.status() === 429) continue
    expect(response, `sign-in of ${email}`).toBeOK()
    const { tokens } = await response.json()
    return { tokens, headers: { authorization: `Bearer ${tokens.accessToken}` } }
  }
  throw new Error(`expected an account ${use}-1 to ${use}-${accountsOfUse} that may sign in, found 429 for each`)
}

export interface Order {
  readonly id: string
  readonly number: number
  readonly customer: string
  readonly state: string
}

/** What a journey does beside the browser: prepares orders, looks at the truth behind the page, and cleans up. */
export function createShop(
  request: APIRequestContext,
  session: Session,
  runId: string,
  cleanup: (work: () => unknown) => void,
) {
  const { headers } = session
  const removeLater = (order: Order) => {
    cleanup(() => request.delete(`/api/orders/${order.id}`, { headers }))
    return order
  }
  const find = async (search: string): Promise<readonly Order[]> => {
    const response = await request.get('/api/orders', { headers, params: { search } })
    expect(response).toBeOK()
    return (await response.json()).orders
  }
  return {
    /** In everything that this run creates. */
    mark: `synthetic-${runId}`,
    order: (name = '') => ({
      customer: `synthetic-${runId}${name}`,
      phone: '+62 555 0100',
      address: '1 Test Street',
      amount: 49,
    }),
    async createOrder(name = ''): Promise<Order> {
      const response = await request.post('/api/orders', { headers, data: this.order(name) })
      expect(response).toBeOK()
      return removeLater(await response.json())
    },
    async readOrder(id: string): Promise<Order> {
      const response = await request.get(`/api/orders/${id}`, { headers })
      expect(response).toBeOK()
      return response.json()
    },
    setState: (id: string, status: string) => request.patch(`/api/orders/${id}/status`, { headers, data: { status } }),
    find,
    /** Removes what somebody else created with the mark of this run. */
    removeFoundLater: () =>
      cleanup(async () => {
        for (const order of await find(`synthetic-${runId}`))
          await request.delete(`/api/orders/${order.id}`, { headers })
      }),
  }
}

export type Shop = ReturnType<typeof createShop>
