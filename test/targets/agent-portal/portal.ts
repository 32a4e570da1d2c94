import type { TargetClock } from '../kit/clock.ts'
import { type Collection, createCollection } from '../kit/collection.ts'
import { type Answer, type Call, type Handler, Refusal, type Route, route } from '../kit/http.ts'
import type { Mailbox } from '../kit/mailbox.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit } from '../kit/rate-limit.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import { type Accounts, createAccounts, seedAccounts, type User } from './accounts.ts'
import { type Clinic, createClinic } from './clinic.ts'
import type { PortalBroken } from './faults.ts'

export type PartName = 'database'

/** Secrets of the reference: a real portal has its own. */
const jwtSecret = 'reference-jwt-secret-of-the-agent-portal-that-everybody-may-see'
export const webhookSecret = 'reference-webhook-secret-of-the-agent-portal-that-everybody-may-see'

type Entry = Readonly<Record<string, unknown>>

export interface StoredFile {
  readonly ownerId: string
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

/** What all routes of the portal share. */
export interface Portal {
  readonly clock: TargetClock
  readonly broken: PortalBroken
  readonly parts: Parts<PartName>
  readonly mailbox: Mailbox
  readonly revision: { current: string }
  readonly tokens: Tokens
  readonly accounts: Accounts
  readonly clinic: Clinic
  readonly tasks: Collection<Entry>
  readonly tickets: Collection<Entry>
  readonly payments: Collection<Entry>
  readonly notifications: Collection<Entry & { readonly userId: string }>
  readonly reports: Collection<Entry>
  readonly schedules: Collection<Entry>
  readonly files: Collection<StoredFile>
  readonly signIns: RateLimit
  readonly startedAt: number
  /** Tells open pages something: those of one user, or all. Set when the listeners are there. */
  tell: (message: unknown, userId?: string) => void
}

const quarter = 15 * 60_000
const mostSignIns = 20

export function createPortal(given: Pick<Portal, 'clock' | 'broken' | 'parts' | 'mailbox' | 'revision'>): Portal {
  const { clock, broken } = given
  const tokens = createTokens(jwtSecret, clock.now)
  const accounts = createAccounts(tokens)
  seedAccounts(accounts)
  return {
    ...given,
    tokens,
    accounts,
    clinic: createClinic(clock.now, broken('AGT-18')),
    tasks: createCollection('task', clock.now),
    tickets: createCollection('ticket', clock.now),
    payments: createCollection('payment', clock.now),
    notifications: createCollection('notification', clock.now),
    reports: createCollection('report', clock.now),
    schedules: createCollection('schedule', clock.now),
    files: createCollection('file', clock.now),
    signIns: createRateLimit(broken('AGT-39') ? Number.MAX_SAFE_INTEGER : mostSignIns, quarter, clock.now),
    startedAt: clock.now(),
    tell: () => {},
  }
}

export function userOf({ tokens, accounts, broken }: Portal, token: string): User | undefined {
  const claims = tokens.verify(token, 'access')
  if (claims === 'forged' && broken('AGT-37')) return accounts.byId(unverifiedSubject(token))
  return typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
}

function unverifiedSubject(token: string): string {
  try {
    const { sub, use } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return use === 'access' ? String(sub) : ''
  } catch {
    return ''
  }
}

export type AgentHandler = (call: Call, user: User) => Answer | Promise<Answer>

/** A call of the API, known to the description of it. */
export interface ApiRoute extends Route {
  readonly template: string
}

/** `api('GET', '/api/tasks/:id', handler)` */
export const api = (method: string, template: string, handler: Handler): ApiRoute => ({
  ...route(method, template, handler),
  template,
})

/** Calls for people who are signed in: others are refused with 401. */
export const agentApi =
  (portal: Portal) =>
  (method: string, template: string, handler: AgentHandler): ApiRoute =>
    api(method, template, call => {
      const token = /^Bearer (.+)$/.exec(call.header('authorization'))?.[1]
      const user = token === undefined ? undefined : userOf(portal, token)
      if (!user) throw new Refusal(401, {}, { 'www-authenticate': 'Bearer' })
      return handler(call, user)
    })

/** What exists, or a refusal with 404. */
export function found<T>(item: T | undefined | false): T {
  if (item === undefined || item === false) throw new Refusal(404)
  return item
}

export const listOf = (items: readonly unknown[]): Answer => ({ json: { items, total: items.length } })

export const contains = (whole: string, part: string | null) => whole.toLowerCase().includes((part ?? '').toLowerCase())
