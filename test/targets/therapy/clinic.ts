import { found, idOf } from '../kit/answers.ts'
import { createCollection } from '../kit/collection.ts'
import { createCookieSessions } from '../kit/cookie-sessions.ts'
import { createDurations } from '../kit/durations.ts'
import type { FieldError } from '../kit/field-errors.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import type { Call } from '../kit/http.ts'
import { createPageAssets } from '../kit/page-assets.ts'
import { prepareTarget } from '../kit/prepare.ts'
import type { TargetOptions } from '../kit/target.ts'
import { createTokens } from '../kit/tokens.ts'
import { breakable } from './faults.ts'
import { createMoney } from './money.ts'
import { createPeople, type Person, type Role } from './people.ts'
import { createSessions, type Session } from './sessions.ts'

export interface UploadReport {
  readonly added: number
  /** Of the rows that were not kept. */
  readonly errors: readonly (FieldError & { readonly line: number })[]
}

const week = 7 * 24 * 60 * 60
const secret = 'reference-call-secret-that-is-long-enough-for-everybody-to-see-it-here'

/** What all routes of the platform share. */
export function createClinic(options: TargetOptions) {
  const parts = ['database', 'video', 'payments'] as const
  const prepared = prepareTarget(options, { breakable, parts, longCertificate: 'THR-26' })
  const { broken } = prepared
  const { now } = prepared.clock
  const people = createPeople(now, broken)
  const money = createMoney(now, broken, people)
  const sessions = createSessions(now, broken)
  for (const { id } of people.all('member').slice(0, 5)) {
    money.seed(id, 5)
    const therapist = id.replace(/-(\d+)$/, '-therapist-$1')
    sessions.add({ member: id, therapist, slot: sessions.freeSlots(therapist).at(-1)!, topic: 'First talk' })
  }
  return {
    ...prepared,
    today: () => new Date(now()).toISOString().slice(0, 10),
    assets: createPageAssets({
      folder: import.meta.dirname,
      scripts: ['app.js', 'room.js'],
      isKept: !broken('THR-28'),
    }),
    people,
    money,
    sessions,
    signIns: createCookieSessions({ name: 'session', lifeSeconds: week, now }),
    /** Tickets for rooms of calls. */
    tokens: createTokens(secret, now),
    /** What was done with health records. */
    audit: createCollection<{ readonly who: string; readonly action: string; readonly record: number }>('entry', now),
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
