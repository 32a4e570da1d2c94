import { createCollection, type Stamp } from '../kit/collection.ts'
import type { TherapyBroken } from './faults.ts'

export const soapParts = ['subjective', 'objective', 'assessment', 'plan'] as const
export type Note = Readonly<Record<(typeof soapParts)[number], string>>

/** A booked hour between a member and a therapist. */
export interface Booking {
  readonly member: string
  readonly therapist: string
  /** What it is about, in the member's words. */
  readonly topic: string
  /** Its start, ISO 8601. */
  readonly slot: string
  readonly state: 'booked' | 'cancelled'
  readonly note?: Note
  readonly recording?: Buffer
  /** What was written during the call; `at` in epoch milliseconds. */
  readonly transcript: readonly { readonly at: number; readonly name: string; readonly text: string }[]
}

export type Session = Booking & Stamp

const half = 30 * 60_000
const offeredSlots = 96
const opensBefore = 10 * 60_000
const closesAfter = 60 * 60_000
/** With more than these, cancelled ones are forgotten. */
const mostSessions = 1_000

export function createSessions(now: () => number, broken: TherapyBroken) {
  const sessions = createCollection<Booking>('session', now)
  const all = sessions.list
  return {
    /** Half hours of the next two days that are free, or taken by one session alone; the running one first: a walk-in may still have it. */
    freeSlots(therapist: string, except?: string): readonly string[] {
      const blocks = (session: Session) =>
        session.therapist === therapist && session.id !== except && (session.state === 'booked' || broken('THR-03'))
      const taken = new Set(all().flatMap(session => (blocks(session) ? [session.slot] : [])))
      const running = Math.floor(now() / half) * half
      const slots = Array.from({ length: offeredSlots }, (_, index) => new Date(running + index * half).toISOString())
      return slots.filter(slot => !taken.has(slot))
    },
    add(given: Pick<Session, 'member' | 'therapist' | 'slot' | 'topic'>): Session {
      const oldest = sessions.size < mostSessions ? undefined : all().findLast(({ state }) => state === 'cancelled')
      if (oldest) sessions.remove(oldest.id)
      return sessions.add({ ...given, state: 'booked', transcript: [] })
    },
    get: (id: string | undefined) => sessions.get(id ?? ''),
    change: ({ id }: Session, change: Partial<Booking>): Session => sessions.change(id, change)!,
    /** Newest first. */
    of: (person: string) => all().filter(({ member, therapist }) => member === person || therapist === person),
    all,
    isOpen({ slot, state }: Session): boolean {
      const since = now() - Date.parse(slot)
      return state === 'booked' && since >= -opensBefore && since < closesAfter
    },
    areTogether: (member: string, therapist: string) =>
      all().some(session => session.member === member && session.therapist === therapist),
    get size() {
      return sessions.size
    },
  }
}
