import { isIP } from 'node:net'
import { type Accounts, createAccounts, seedAccounts } from '../kit/accounts.ts'
import { found, gone, idOf } from '../kit/answers.ts'
import { type Collection, createCollection, type Stamp } from '../kit/collection.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import type { Answer, Call, Route } from '../kit/http.ts'
import { createPayments, type Payment as PaymentOf } from '../kit/payments.ts'
import { createRateLimit, type RateLimit, spend } from '../kit/rate-limit.ts'
import type { Prepared } from '../kit/target.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens } from '../kit/tokens.ts'
import { type Account, type Role, seedPassword, seeds } from './accounts.ts'
import { type Answers, currency } from './catalogue.ts'
import type { AssessmentBroken } from './faults.ts'

export type PartName = 'database' | 'payments' | 'model'

/** Secrets of the reference: a real platform has its own. */
const jwtSecret = 'reference-assessment-secret-that-is-long-enough-for-everybody-to-see-it'
const providerKey = 'reference-provider-key'
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

/** What is paid for: a tier of an assessment, or a service request. */
export interface Bought extends Owned {
  readonly subject: string
  readonly tier?: number
}
export type Payment = PaymentOf<Bought>

const minute = 60_000

/** What both instances share: there is one database. */
export function createStores(given: Pick<Prepared<PartName>, 'addresses' | 'clock' | 'parts'>) {
  const { now } = given.clock
  const accounts: Accounts<Role> = createAccounts<Role>(now)
  seedAccounts(accounts, seeds, seedPassword)
  return {
    ...given,
    tokens: createTokens(jwtSecret, now),
    accounts,
    assessments: createCollection<Assessment>('assessment', now),
    requests: createCollection<ServiceRequest>('request', now),
    // The provider lives in the machine's time, whatever the platform's clock says.
    payments: createPayments<Bought>({ key: providerKey, webhookSecret, currency, now: Date.now }),
    limits: { api: createRateLimit(300, minute, now), help: createRateLimit(20, minute, now) },
  }
}

export type Stores = ReturnType<typeof createStores>

interface InstanceGiven {
  readonly instance: 'blue' | 'green'
  readonly broken: AssessmentBroken
  readonly revision: { current: string }
}

/** One instance: blue or green. */
export interface Platform extends Stores, InstanceGiven {
  readonly signIn: TokenSignIn<Account>
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
export function owned<T extends Owned>(entries: Pick<Collection<T>, 'get'>, id: string, account: Account): T & Stamp {
  const entry = found(entries.get(id))
  return found(maySee(account, entry) && entry)
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
      if (missing && !entries.get(idOf(call))) return missing
      return { json: show(owned(entries, idOf(call), account)) }
    }),
    signed('DELETE', `${path}/:id`, (call, account) => gone(entries.remove(owned(entries, idOf(call), account).id))),
  ]
}
