import type { TargetClock } from '../kit/clock.ts'
import { type Collection, createCollection } from '../kit/collection.ts'
import { cookieOf } from '../kit/cookies.ts'
import { type Call, type Handler, Refusal, type Route, route } from '../kit/http.ts'
import { createImages, type Images } from '../kit/images.ts'
import type { Mailbox } from '../kit/mailbox.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit } from '../kit/rate-limit.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import { type Accounts, createAccounts, may, type Permission, seedAccounts, type User } from './accounts.ts'
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
  readonly orders: Orders
  readonly named: Readonly<Record<'products' | 'customers' | 'agents', Collection<Named>>>
  readonly workflows: Collection<Workflow>
  readonly images: Images
  readonly limits: Readonly<Record<'auth' | 'api' | 'write' | 'public' | 'webhook', RateLimit>>
  readonly revision: { current: string }
  readonly startedAt: number
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
  const accounts = createAccounts(tokens, broken('COD-19') ? 25 * 60 : 15 * 60)
  const orders = createOrders(clock.now)
  seedAccounts(accounts, clock.now(), broken('COD-41'))
  seedOrders(orders, seed, clock.now())
  const limit = (most: number) => createRateLimit(most, quarter, clock.now)
  const collect = (kind: string) => createCollection<Named>(kind, clock.now)
  const named = { products: collect('product'), customers: collect('customer'), agents: collect('agent') }
  for (const name of ['Hana', 'Imre', 'Juma']) named.agents.add({ name })
  return {
    ...given,
    tokens,
    accounts,
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
    counts: new Map(),
    announce: () => {},
  }
}

/** Counts the call against its key; refuses it with 429 when the window is spent. */
export function spend(limit: RateLimit, key: string, call: Call): void {
  const { refused, headers } = limit(key)
  Object.assign(call.answerHeaders, headers)
  if (refused) throw new Refusal(429, { error: 'Too many requests, please try again later' }, headers)
}

/** Who calls, by the bearer token; refused with 401. */
function signedIn(shop: Shop, call: Call): User {
  const bearer = /^Bearer (.+)$/.exec(call.header('authorization'))?.[1]
  const isForm = call.header('content-type').startsWith('application/x-www-form-urlencoded')
  const cookie = shop.broken('COD-52') && isForm ? cookieOf(call, 'session') : ''
  const user = userOf(shop, bearer ?? cookie)
  if (!user) throw new Refusal(401, {}, { 'www-authenticate': 'Bearer' })
  return user
}

export function userOf(shop: Shop, token: string): User | undefined {
  const claims = shop.tokens.verify(token, 'access')
  if (claims === 'expired' && shop.broken('COD-51')) {
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string }
    return shop.accounts.byId(sub)
  }
  return typeof claims === 'string' ? undefined : shop.accounts.ofClaims(claims)
}

type StaffHandler = (call: Call, user: User) => ReturnType<Handler>

/** Makes routes of the staff: signed in, within the limits of the account, and allowed to. `write` counts narrower. */
export const staffRoutes =
  (shop: Shop) =>
  (
    method: string,
    path: string,
    permission: Permission,
    handler: StaffHandler,
    kind: 'read' | 'write' = 'read',
  ): Route =>
    route(method, path, call => {
      const user = signedIn(shop, call)
      spend(shop.limits.api, user.id, call)
      if (kind === 'write') spend(shop.limits.write, user.id, call)
      const isAgentOnTheLoose = shop.broken('COD-35') && user.role === 'agent' && permission === 'users:read'
      if (!may(user, permission) && !isAgentOnTheLoose) throw new Refusal(403)
      return handler(call, user)
    })
