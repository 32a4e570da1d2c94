import { createAccounts } from '../kit/accounts.ts'
import { createCollection } from '../kit/collection.ts'
import { cookieOf } from '../kit/cookies.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import type { Call, Handler } from '../kit/http.ts'
import { createImages } from '../kit/images.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { createRateLimit, type RateLimit, spend as spendCall } from '../kit/rate-limit.ts'
import type { TargetOptions } from '../kit/target.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens } from '../kit/tokens.ts'
import { type Accounts, may, type Permission, seedUsers, type User } from './accounts.ts'
import { breakable } from './faults.ts'
import { createOrders, type Order, seedOrders } from './orders.ts'

/** Secrets of the reference: a real shop has its own. */
const jwtSecret = 'reference-jwt-secret-that-is-long-enough-for-everybody-to-see-it-here'
export const webhookSecret = 'reference-webhook-secret-that-is-long-enough-for-everybody-to-see-it'

export interface Workflow {
  readonly name: string
  readonly actions: readonly { readonly type: string; readonly value: unknown }[]
}

/** Products, customers, delivery agents. */
interface Named {
  readonly name: string
}

const quarter = 15 * 60_000

/** What all routes of the shop share. */
export function createShop(options: TargetOptions) {
  const prepared = prepareTarget(options, {
    breakable,
    parts: ['database', 'redis'],
    longCertificate: 'COD-40',
    names: ['localhost', 'www.localhost'],
  })
  const { broken } = prepared
  const { now } = prepared.clock
  const tokens = createTokens(jwtSecret, now)
  const accounts: Accounts = createAccounts(now)
  const orders = createOrders(now)
  seedUsers(accounts, broken('COD-41'))
  seedOrders(orders, options.seed ?? 1, now())
  const limit = (most: number) => createRateLimit(most, quarter, now)
  const collect = (kind: string) => createCollection<Named>(kind, now)
  const named = { products: collect('product'), customers: collect('customer'), agents: collect('agent') }
  for (const name of ['Hana', 'Imre', 'Juma']) named.agents.add({ name })
  const signIn: TokenSignIn<User> = createTokenSignIn({
    tokens,
    accounts,
    accessLife: (broken('COD-19') ? 25 : 15) * 60,
    trusts: broken('COD-51') ? 'expired' : undefined,
  })
  const looksAt = broken('COD-34') ? (['type'] as const) : (['type', 'extension'] as const)
  return {
    ...prepared,
    tokens,
    accounts,
    signIn,
    orders,
    named,
    workflows: createCollection<Workflow>('workflow', now),
    images: createImages({ mostBytes: 5 * 1024 * 1024, longestName: 255, looksAt }, now),
    limits: {
      auth: limit(broken('COD-32') ? 6 : 5),
      api: limit(100),
      write: limit(broken('COD-33') ? 21 : 20),
      public: limit(200),
      webhook: limit(50),
    },
    /** Counts by name, for the control port. */
    counts: new Map<string, number>(),
    /** Tells open pages of a change; set when the listeners are there. */
    announce: (_order: Order): void => {},
  }
}

export type Shop = ReturnType<typeof createShop>

/** Counts the call against its key; refused when the window is spent. */
export const spend = (limit: RateLimit, key: string, call: Call): void =>
  spendCall(limit, key, call, () => ({ error: 'Too many requests, please try again later' }))

/** Makes routes of the staff: signed in, within the limits of the account, and allowed to. `write` counts narrower. */
export const staffRoutes =
  ({ broken, limits, signIn }: Shop, kind: 'read' | 'write' = 'read') =>
  (method: string, path: string, permission: Permission, handler: (call: Call, user: User) => ReturnType<Handler>) => {
    const isOnTheLoose = (user: User) => broken('COD-35') && user.role === 'agent' && permission === 'users:read'
    const staff = guardedRoutes<User>({
      who(call) {
        const isForm = call.header('content-type').startsWith('application/x-www-form-urlencoded')
        const cookie = broken('COD-52') && isForm ? cookieOf(call, 'session') : ''
        const user = signIn.caller(call) ?? signIn.ofAccess(cookie)
        if (user) spend(limits.api, user.id, call)
        if (user && kind === 'write') spend(limits.write, user.id, call)
        return user
      },
      may: user => may(user, permission) || isOnTheLoose(user),
    })
    return staff(method, path, handler)
  }
