import { found, idOf } from '../kit/answers.ts'
import type { TargetClock } from '../kit/clock.ts'
import { createCookieSessions } from '../kit/cookie-sessions.ts'
import { createDurations } from '../kit/durations.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import type { Call } from '../kit/http.ts'
import type { Parts } from '../kit/parts.ts'
import { createTokens } from '../kit/tokens.ts'
import type { TherapyBroken } from './faults.ts'
import { createMoney, type Money, providerKey } from './money.ts'
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

interface Given {
  readonly clock: TargetClock
  readonly broken: TherapyBroken
  readonly parts: Parts<PartName>
  readonly revision: { current: string }
  /** Address of the payment provider, known when it listens. */
  readonly provider: { url: string }
}

const week = 7 * 24 * 60 * 60
const secret = 'reference-call-secret-that-is-long-enough-for-everybody-to-see-it-here'

/** What all routes of the platform share. */
export function createClinic(given: Given) {
  const { broken, provider } = given
  const { now } = given.clock
  const people: People = createPeople(now)
  const money: Money = createMoney({ people, broken, now, provider: () => ({ url: provider.url, key: providerKey }) })
  const sessions: Sessions = createSessions(now, broken)
  for (const { id } of people.all('member').slice(0, 5)) {
    money.seed(id, 5)
    const therapist = id.replace(/-(\d+)$/, '-therapist-$1')
    sessions.add({ member: id, therapist, slot: sessions.freeSlots(therapist).at(-1)!, topic: 'First talk' })
  }
  return {
    ...given,
    people,
    money,
    sessions,
    signIns: createCookieSessions({ name: 'session', lifeSeconds: week, now }),
    /** Tickets for rooms of calls. */
    tokens: createTokens(secret, now),
    audit: [] as AuditEntry[],
    /** Last upload of each partner. */
    reports: new Map<string, UploadReport>(),
    /** What is asked of the database. */
    queries: createDurations(),
  }
}

export type Clinic = ReturnType<typeof createClinic>

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
  const session = found(queries.measure(() => sessions.get(idOf(call))))
  return found([session.member, session.therapist].includes(person.id) || person.role === 'admin' ? session : undefined)
}
