import { isIP } from 'node:net'
import { type Accounts, createAccounts, seedAccounts } from '../kit/accounts.ts'
import type { TargetClock } from '../kit/clock.ts'
import { type Collection, createCollection, type Stamp } from '../kit/collection.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import { type Answer, type Call, Refusal, type Route } from '../kit/http.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit, spend } from '../kit/rate-limit.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import { type Account, type Role, seedPassword, seeds } from './accounts.ts'
import type { Answers } from './catalogue.ts'
import type { AssessmentBroken } from './faults.ts'

export type PartName = 'database' | 'payments' | 'model'

/** Secrets of the reference: a real platform has its own. */
const jwtSecret = 'reference-assessment-secret-that-is-long-enough-for-everybody-to-see-it'
export const providerKey = 'reference-provider-key'
export const webhookSecret = 'reference-webhook-secret-of-the-payment-provider'

interface Owned {
  /** Id of the account. */
  readonly owner: string
}

export interface Assessment extends Owned {
  readonly area: string
  readonly title: string
  /** Up to this tier questions may be answered. */
  readonly tier: number
  readonly answers: Answers
}

export interface ServiceRequest extends Owned {
  readonly service: string
  readonly description: string
  readonly price: number
  readonly state: 'open' | 'paid'
}

export interface Payment extends Owned {
  /** What is paid for: a tier of an assessment, or a service request. */
  readonly subject: string
  readonly tier?: number
  readonly amount: number
  readonly currency: string
  readonly state: 'pending' | 'succeeded' | 'cancelled'
  /** Where the customer pays. */
  readonly checkoutUrl: string
}

/** What both instances share: there is one database. */
export interface Stores {
  readonly clock: TargetClock
  readonly parts: Parts<PartName>
  readonly tokens: Tokens
  readonly accounts: Accounts<Role>
  readonly assessments: Collection<Assessment>
  readonly requests: Collection<ServiceRequest>
  readonly payments: Collection<Payment>
  /** Address of the payment provider; known when it listens. */
  readonly provider: { url: string }
  readonly limits: Readonly<Record<'api' | 'help', RateLimit>>
}

interface InstanceGiven {
  readonly instance: 'blue' | 'green'
  readonly broken: AssessmentBroken
  readonly revision: { current: string }
}

/** One instance: blue or green. */
export interface Platform extends Stores, InstanceGiven {
  readonly signIn: TokenSignIn<Account>
}

const minute = 60_000

export function createStores(given: Pick<Stores, 'clock' | 'parts'>): Stores {
  const { now } = given.clock
  const accounts = createAccounts<Role>(now)
  seedAccounts(accounts, seeds, seedPassword)
  return {
    ...given,
    tokens: createTokens(jwtSecret, now),
    accounts,
    assessments: createCollection('assessment', now),
    requests: createCollection('request', now),
    payments: createCollection('payment', now),
    provider: { url: '' },
    limits: { api: createRateLimit(300, minute, now), help: createRateLimit(20, minute, now) },
  }
}

export const createPlatform = (stores: Stores, given: InstanceGiven): Platform => ({
  ...stores,
  ...given,
  signIn: createTokenSignIn({ ...stores, trusts: given.broken('ASM-18') ? 'forged' : undefined }),
})

const tooMany = (seconds: string) => ({ detail: `Too many calls; try again in ${seconds} s` })

/** Counts the call; refused with 429 when the window of its account, or of its address and browser, is spent. */
export function spendCall({ broken, limits, signIn }: Platform, call: Call): void {
  const limit: RateLimit = broken('ASM-17') ? key => ({ ...limits.api(key), refused: false }) : limits.api
  spend(limit, signIn.caller(call)?.id ?? `${call.address} ${call.header('user-agent')}`, call, tooMany)
}

/** AI help is dear: counted per account, more narrowly than other calls. */
export function spendHelp({ broken, limits }: Platform, account: Account, call: Call): void {
  const address = call.header('x-forwarded-for').split(',', 1)[0]!.trim() || call.address
  const crash = (): never => {
    throw new Error('the limiter found no address')
  }
  if (broken('ASM-06') && isIP(address) === 0) crash()
  spend(limits.help, account.id, call, broken('ASM-06') ? crash : tooMany)
}

/** Makes routes for whoever has a valid token. */
export const signedRoutes = ({ signIn }: Platform) =>
  guardedRoutes({ who: signIn.caller, unknown: { detail: 'expected a valid access token' } })

export const adminRoutes = ({ broken, signIn }: Platform) =>
  guardedRoutes({
    who: signIn.caller,
    may: ({ role }) => role === 'admin' || broken('ASM-18'),
    unknown: { detail: 'expected a valid access token' },
    forbidden: { detail: 'only for an admin' },
  })

/** Advisors and administrators see all. */
const maySee = (account: Account, { owner }: Owned) => owner === account.id || account.role !== 'client'

/** One of what an account owns, or 404: whose it is stays unknown to others. */
export function owned<T extends Owned>(entries: Collection<T>, id: string | undefined, account: Account): T & Stamp {
  const entry = entries.get(id ?? '')
  if (!entry || !maySee(account, entry)) throw new Refusal(404)
  return entry
}

interface OwnedRoutes<T extends Owned> {
  readonly path: string
  /** Of the list in its answer. */
  readonly name: string
  readonly entries: Collection<T>
  show(entry: T & Stamp): object
  /** Answered for an id that nothing has. Default: 404 in the form of all errors. */
  readonly missing?: Answer | undefined
}

/** List, read and delete what accounts own. */
export function ownedRoutes<T extends Owned>(
  platform: Platform,
  { path, name, entries, show, missing }: OwnedRoutes<T>,
): readonly Route[] {
  const signed = signedRoutes(platform)
  return [
    signed('GET', path, (_, account) => {
      const own = entries.list().filter(entry => maySee(account, entry))
      return { json: { [name]: own.map(show) } }
    }),
    signed('GET', `${path}/:id`, (call, account) => {
      const id = call.params['id']!
      if (missing && !entries.get(id)) return missing
      return { json: show(owned(entries, id, account)) }
    }),
    signed('DELETE', `${path}/:id`, (call, account) => {
      entries.remove(owned(entries, call.params['id'], account).id)
      return { status: 204 }
    }),
  ]
}
