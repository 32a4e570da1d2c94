import type { TargetClock } from '../kit/clock.ts'
import { type CookieSessions, createCookieSessions } from '../kit/cookie-sessions.ts'
import { createDurations, type Durations } from '../kit/durations.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import { type Call, Refusal } from '../kit/http.ts'
import type { Parts } from '../kit/parts.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import type { TherapyBroken } from './faults.ts'
import { createMoney, type Money } from './money.ts'
import { createPeople, type People, type Person, type Role } from './people.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'

export type PartName = 'database' | 'video' | 'payments'

interface AuditEntry {
  readonly at: string
  readonly who: string
  readonly action: string
  readonly record: number
}

/** A row of an upload that was not kept. */
interface RowError {
  readonly line: number
  readonly field: string
  readonly message: string
}

export interface UploadReport {
  readonly added: number
  readonly errors: readonly RowError[]
}

/** What all routes of the platform share. */
export interface Clinic {
  readonly clock: TargetClock
  readonly broken: TherapyBroken
  readonly parts: Parts<PartName>
  readonly revision: { current: string }
  readonly people: People
  readonly sessions: Sessions
  readonly money: Money
  readonly signIns: CookieSessions
  /** Tickets for rooms of calls. */
  readonly tokens: Tokens
  readonly audit: AuditEntry[]
  /** Last upload of each partner. */
  readonly reports: Map<string, UploadReport>
  /** What is asked of the database. */
  readonly queries: Durations
}

const week = 7 * 24 * 60 * 60
const secret = 'reference-call-secret-that-is-long-enough-for-everybody-to-see-it-here'

export function createClinic(
  given: Pick<Clinic, 'clock' | 'broken' | 'parts' | 'revision'> & { readonly provider: { url: string } },
): Clinic {
  const { clock, broken, provider } = given
  const people = createPeople(clock.now)
  const money = createMoney({ people, broken, now: clock.now, provider })
  for (const { id } of people.all('member').slice(0, 5)) money.seed(id, 5)
  const sessions = createSessions(clock.now, broken)
  for (const { id } of people.all('member').slice(0, 5)) {
    const therapist = id.replace(/-(\d+)$/, '-therapist-$1')
    sessions.add({ member: id, therapist, slot: sessions.freeSlots(therapist).at(-1)!, topic: 'First talk' })
  }
  return {
    ...given,
    people,
    money,
    sessions,
    signIns: createCookieSessions({ name: 'session', lifeSeconds: week, now: clock.now }),
    tokens: createTokens(secret, clock.now),
    audit: [],
    reports: new Map(),
    queries: createDurations(),
  }
}

/** Makes routes for people of these roles; without any, for whoever is signed in. What they see stays out of every cache. */
export const routesFor = ({ broken, people, queries, signIns }: Clinic, ...roles: readonly Role[]) =>
  guardedRoutes<Person>({
    who(call) {
      if (!broken('THR-31')) call.answerHeaders['cache-control'] = 'no-store'
      return queries.measure(() => people.byId(signIns.userOf(call)))
    },
    may: ({ role }) => roles.length === 0 || roles.includes(role),
  })

/** The session that the call names: for its member, its therapist and administrators; others learn nothing of it. */
export function sessionOf({ sessions, queries }: Clinic, call: Call, person: Person): Session {
  const session = queries.measure(() => sessions.get(call.params['id']))
  const isTheirs = session && (session.member === person.id || session.therapist === person.id)
  if (!session || !(isTheirs || person.role === 'admin')) throw new Refusal(404)
  return session
}
