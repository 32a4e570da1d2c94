import type { APIRequestContext } from 'playwright/test'
import { accountsOf as sharedAccountsOf } from '../support/accounts.ts'
import { expect } from '../support/test.ts'

/** Password of the monitor's accounts; the reference system's where none is set. */
export const password = process.env['COD_ADMIN_PASSWORD'] ?? 'password123'

/** Accounts that each use has. With fewer, runs that follow each other closely find their windows spent. */
const accountsOfUse = Number(process.env['COD_ADMIN_ACCOUNTS'] ?? 4)

export interface Session {
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string }
  readonly headers: Readonly<Record<string, string>>
}

export const accountsOf = (use: string): readonly string[] => sharedAccountsOf(use, accountsOfUse)

/** Signs in; undefined when the account's window of sign-ins is spent. */
export async function signInAs(request: APIRequestContext, email: string): Promise<Session | undefined> {
  const response = await request.post('/api/auth/login', { data: { email, password } })
  if (response.status() === 429) return undefined
  await expect(response, `sign-in of ${email}`).toBeOK()
  const { tokens } = await response.json()
  return { tokens, headers: { authorization: `Bearer ${tokens.accessToken}` } }
}

/** Signs in with the first account of a use that may. */
export async function signIn(request: APIRequestContext, use: string): Promise<Session> {
  const accounts = accountsOf(use)
  for (const email of accounts) {
    const session = await signInAs(request, email)
    if (session) return session
  }
  throw new Error(`expected one of ${accounts.join(', ')} to be let in, found 429 for each`)
}

export interface Order {
  readonly id: string
  readonly number: number
  readonly customer: string
  readonly state: string
  readonly agent?: string
  readonly tags: readonly string[]
  readonly changedAt: string
  readonly createdAt: string
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
    const response = await request.get('/api/orders', { headers, params: { search, limit: 100 } })
    await expect(response).toBeOK()
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
      await expect(response).toBeOK()
      return removeLater(await response.json())
    },
    async readOrder(id: string): Promise<Order> {
      const response = await request.get(`/api/orders/${id}`, { headers })
      await expect(response).toBeOK()
      return response.json()
    },
    setState: (id: string, status: string) => request.patch(`/api/orders/${id}/status`, { headers, data: { status } }),
    find,
    /** A record of any kind below `/api`, removed at the end. */
    async create<T extends { readonly id: string }>(kind: string, data: object): Promise<T> {
      const response = await request.post(`/api/${kind}`, { headers, data })
      await expect(response, `creation below /api/${kind}`).toBeOK()
      const created: T = await response.json()
      cleanup(() => request.delete(`/api/${kind}/${created.id}`, { headers }))
      return created
    },
    /** Removes what somebody else created with the mark of this run. */
    removeFoundLater: () =>
      cleanup(async () => {
        for (const order of await find(`synthetic-${runId}`))
          await request.delete(`/api/orders/${order.id}`, { headers })
      }),
  }
}

export type Shop = ReturnType<typeof createShop>
