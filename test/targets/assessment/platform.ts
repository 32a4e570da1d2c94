import { isIP } from 'node:net'
import type { TargetClock } from '../kit/clock.ts'
import { type Answer, type Call, type Handler, Refusal } from '../kit/http.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit } from '../kit/rate-limit.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import { type Account, type Accounts, createAccounts, seedAccounts } from './accounts.ts'
import type { Answers } from './catalogue.ts'
import type { AssessmentBroken } from './faults.ts'

export type PartName = 'database' | 'payments' | 'model'

/** Secrets of the reference: a real platform has its own. */
const jwtSecret = 'reference-assessment-secret-that-is-long-enough-for-everybody-to-see-it'
export const providerKey = 'reference-provider-key'
export const webhookSecret = 'reference-webhook-secret-of-the-payment-provider'

export interface Assessment {
  readonly id: string
  readonly owner: string
  readonly area: string
  readonly title: string
  /** Up to this tier questions may be answered. */
  readonly tier: number
  readonly answers: Answers
  readonly createdAt: string
}

export interface ServiceRequest {
  readonly id: string
  readonly owner: string
  readonly service: string
  readonly description: string
  readonly price: number
  readonly state: 'open' | 'paid'
  readonly createdAt: string
}

export interface Payment {
  readonly id: string
  readonly owner: string
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
  readonly accounts: Accounts
  readonly assessments: Map<string, Assessment>
  readonly requests: Map<string, ServiceRequest>
  readonly payments: Map<string, Payment>
  /** Address of the payment provider; known when it listens. */
  readonly provider: { url: string }
  /** Where TLS is spoken; known when it listens. */
  readonly secure: { port: string }
  readonly limits: Readonly<Record<'api' | 'help', RateLimit>>
  nextId(kind: string): string
}

/** One instance: blue or green. */
export interface Platform extends Stores {
  readonly instance: 'blue' | 'green'
  readonly broken: AssessmentBroken
  readonly revision: { current: string }
}

const minute = 60_000

export function createStores(given: Pick<Stores, 'clock' | 'parts'>): Stores {
  const { clock } = given
  const accounts = createAccounts(clock.now)
  seedAccounts(accounts)
  let last = 0
  return {
    ...given,
    tokens: createTokens(jwtSecret, clock.now),
    accounts,
    assessments: new Map(),
    requests: new Map(),
    payments: new Map(),
    provider: { url: '' },
    secure: { port: '' },
    limits: { api: createRateLimit(300, minute, clock.now), help: createRateLimit(20, minute, clock.now) },
    nextId: kind => `${kind}-${++last}`,
  }
}

/** Counts the call; refused with 429 when the window of its account, or of its address and browser, is spent. */
export function spendCall(platform: Platform, call: Call): void {
  const account = accountOf(platform, call)
  const { refused, headers } = platform.limits.api(account?.id ?? `${call.address} ${call.header('user-agent')}`)
  Object.assign(call.answerHeaders, headers)
  if (refused && !platform.broken('ASM-17')) tooMany(headers)
}

/** AI help is dear: counted per account, more narrowly than other calls. */
export function spendHelp({ broken, limits }: Platform, account: Account, call: Call): void {
  const { refused, headers } = limits.help(account.id)
  Object.assign(call.answerHeaders, headers)
  const address = call.header('x-forwarded-for').split(',', 1)[0]!.trim() || call.address
  if (broken('ASM-06') && (refused || isIP(address) === 0)) throw new Error('the limiter found no address')
  if (refused) tooMany(headers)
}

function tooMany(headers: Readonly<Record<string, string>>): never {
  throw new Refusal(429, { detail: `Too many calls; try again in ${headers['retry-after']} s` }, headers)
}

function accountOf({ accounts, broken, tokens }: Platform, call: Call): Account | undefined {
  const token = /^Bearer (.+)$/.exec(call.header('authorization'))?.[1]
  if (token === undefined) return undefined
  const claims = tokens.verify(token, 'access')
  if (claims === 'forged' && broken('ASM-18')) return accounts.byId(subjectOf(token))
  return typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
}

function subjectOf(token: string): string {
  try {
    return String(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub)
  } catch {
    return ''
  }
}

type AccountHandler = (call: Call, account: Account) => Answer | Promise<Answer>

/** A call with a valid token; anything else is refused with 401. */
export function signedIn(platform: Platform, handler: AccountHandler): Handler {
  return call => {
    const account = accountOf(platform, call)
    if (!account) throw new Refusal(401, { detail: 'expected a valid access token' }, { 'www-authenticate': 'Bearer' })
    return handler(call, account)
  }
}

/** A call for administrators; others are refused with 403. */
export const forAdmins = (platform: Platform, handler: AccountHandler): Handler =>
  signedIn(platform, (call, account) => {
    if (account.role !== 'admin' && !platform.broken('ASM-18')) throw new Refusal(403, { detail: 'only for an admin' })
    return handler(call, account)
  })

/** One of what an account owns, or 404: whose it is stays unknown to others. */
export function owned<Thing extends { readonly owner: string }>(
  things: ReadonlyMap<string, Thing>,
  id: string | undefined,
  account: Account,
): Thing {
  const thing = things.get(id ?? '')
  if (!thing || (thing.owner !== account.id && account.role === 'client')) throw new Refusal(404)
  return thing
}

/** What an account owns; advisors and administrators see all. */
export const ownedBy = <Thing extends { readonly owner: string }>(
  account: Account,
  things: ReadonlyMap<string, Thing>,
) => [...things.values()].filter(({ owner }) => owner === account.id || account.role !== 'client')

export interface FieldError {
  readonly field: string
  readonly message: string
}

/** Refuses with 422, naming each field. */
export function refuseErrors(errors: readonly FieldError[]): void {
  if (errors.length > 0)
    throw new Refusal(422, {
      detail: `fields are missing or wrong: ${errors.map(({ field }) => field).join(', ')}`,
      errors,
    })
}

export const textErrors = (field: string, value: unknown, longest = 200): readonly FieldError[] =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longest
    ? []
    : [{ field, message: `expected text of 1 to ${longest} characters` }]
