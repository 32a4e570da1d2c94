import { createAccounts } from '../kit/accounts.ts'
import type { TargetClock } from '../kit/clock.ts'
import { type Collection, createCollection } from '../kit/collection.ts'
import { cookieOf } from '../kit/cookies.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import type { Call, Handler } from '../kit/http.ts'
import { createImages, type Images } from '../kit/images.ts'
import type { Mailbox } from '../kit/mailbox.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit, spend as spendCall } from '../kit/rate-limit.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import { type Accounts, may, type Permission, seedUsers, type User } from './accounts.ts'
import type { CodAdminBroken } from './faults.ts'
import { createOrders, type Order, type Orders, seedOrders } from './orders.ts'

export type PartName = 'database' | 'redis'

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

/** What all routes of the shop share. */
export interface Shop {
  readonly clock: TargetClock
  readonly broken: CodAdminBroken
  readonly parts: Parts<PartName>
  readonly mailbox: Mailbox
  readonly tokens: Tokens
  readonly accounts: Accounts
  readonly signIn: TokenSignIn<User>
  readonly orders: Orders
  readonly named: Readonly<Record<'products' | 'customers' | 'agents', Collection<Named>>>
  readonly workflows: Collection<Workflow>
  readonly images: Images
  readonly limits: Readonly<Record<'auth' | 'api' | 'write' | 'public' | 'webhook', RateLimit>>
  readonly revision: { current: string }
  readonly startedAt: number
  /** Whose pages may use the public API: `ALLOWED_EMBED_DOMAINS` of the document, and our own when they listen. */
  readonly origins: string[]
  /** Counts by name, for the control port. */
  readonly counts: Map<string, number>
  /** Tells open pages of a change; set when the listeners are there. */
  announce: (order: Order) => void
}

const quarter = 15 * 60_000

export function createShop(
  given: Pick<Shop, 'clock' | 'broken' | 'parts' | 'mailbox' | 'revision'>,
  seed: number,
): Shop {
  const { clock, broken } = given
  const tokens = createTokens(jwtSecret, clock.now)
  const accounts: Accounts = createAccounts(clock.now)
  const orders = createOrders(clock.now)
  seedUsers(accounts, broken('COD-41'))
  seedOrders(orders, seed, clock.now())
  const limit = (most: number) => createRateLimit(most, quarter, clock.now)
  const collect = (kind: string) => createCollection<Named>(kind, clock.now)
  const named = { products: collect('product'), customers: collect('customer'), agents: collect('agent') }
  for (const name of ['Hana', 'Imre', 'Juma']) named.agents.add({ name })
  return {
    ...given,
    tokens,
    accounts,
    signIn: createTokenSignIn({
      tokens,
      accounts,
      accessLife: (broken('COD-19') ? 25 : 15) * 60,
      trusts: broken('COD-51') ? 'expired' : undefined,
    }),
    orders,
    named,
    workflows: createCollection<Workflow>('workflow', clock.now),
    images: createImages({ mostBytes: 5 * 1024 * 1024, longestName: 255, anyExtension: broken('COD-34') }, clock.now),
    limits: {
      auth: limit(broken('COD-32') ? 6 : 5),
      api: limit(100),
      write: limit(broken('COD-33') ? 21 : 20),
      public: limit(200),
      webhook: limit(50),
    },
    startedAt: clock.now(),
    origins: ['https://partner1.com', 'https://partner2.com'],
    counts: new Map(),
    announce: () => {},
  }
}

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
