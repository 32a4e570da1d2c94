import { created, found, idOf } from '../kit/answers.ts'
import { refuseErrors, unless } from '../kit/field-errors.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import type { Said } from '../kit/rooms.ts'
import { readFields, text } from '../kit/rules.ts'
import { type Clinic, routesFor, sessionOf } from './clinic.ts'
import type { Person } from './people.ts'
import type { Session } from './sessions.ts'

const join = '/api/sessions/:id/join'
const ticketLife = 5 * 60

/** Who may read a health record, and that it was read. */
export function readRecord(clinic: Clinic, call: Call, reader: Person): Person {
  const { audit, broken, people, sessions } = clinic
  const member = found(people.byRecord(call.params['number']))
  const isTheirs =
    member.id === reader.id ||
    (reader.role === 'therapist' && sessions.areTogether(member.id, reader.id)) ||
    (broken('THR-12') && reader.role === 'member')
  found(isTheirs)
  if (!broken('THR-16')) audit.add({ who: reader.email, action: 'read', record: member.record })
  return member
}

/** Booking, calls, recordings, notes and health records. */
export function sessionRoutes(clinic: Clinic): readonly Route[] {
  const { audit, broken, money, parts, people, sessions, signIns, tokens } = clinic
  const anybody = routesFor(clinic)
  const member = routesFor(clinic, 'member')
  const therapist = routesFor(clinic, 'therapist')
  const caller = routesFor(clinic, 'member', 'therapist')
  const admin = routesFor(clinic, 'admin')
  const show = ({ id, topic, state, slot, createdAt }: Session) => ({
    ...{ id, topic, state, slot, createdAt },
    next: `/sessions/${id}`,
  })
  const own = (call: Call, person: Person) => {
    const session = sessionOf(clinic, call, person)
    if (session.state === 'cancelled') throw new Refusal(409, { error: 'The session is cancelled' })
    return session
  }
  const readSlot = (therapist: string, given: unknown, except?: string) => {
    const slot = sessions.freeSlots(therapist, except).find(free => free === given)
    refuseErrors(unless(slot !== undefined, 'slot', 'This time is not free'))
    return slot!
  }

  /** For the two of the session, while its room is open. */
  const openSession = (call: Call, person: Person) => {
    const session = sessionOf(clinic, call, person)
    if (sessions.isOpen(session)) return session
    throw new Refusal(403, { error: `The room is not open; the session is at ${session.slot}` })
  }
  const ticket = (session: Session | undefined, name = 'guest') => {
    if (parts.isDown('video')) throw new Refusal(503, { error: 'The video provider is down' })
    const { id } = found(session)
    return { json: { ticket: tokens.sign(`${id} ${name}`, 'call', ticketLife), name } }
  }

  return [
    member('POST', '/api/sessions', async (call, member) => {
      const { therapist, slot, topic } = await call.json()
      const chosen = people.offered().find(({ id }) => id === therapist)
      refuseErrors(unless(chosen !== undefined, 'therapist', 'Choose a therapist'))
      const booked = { member: member.id, therapist: chosen!.id, slot: readSlot(chosen!.id, slot) }
      refuseErrors(unless(member.credits > 0, 'slot', 'Buy credits first'))
      const session = sessions.add({ ...booked, topic: String(topic ?? '') })
      const invoice = money.spend(member, session.id)
      return created({ ...show(session), invoice: invoice?.number, next: '/dashboard' })
    }),
    anybody('GET', '/api/sessions', (_, { id, role }) => ({
      json: { sessions: (role === 'admin' ? sessions.all() : sessions.of(id)).map(show) },
    })),
    anybody('PATCH', '/api/sessions/:id', async (call, person) => {
      const session = own(call, person)
      const slot = readSlot(session.therapist, (await call.json())['slot'], session.id)
      return { json: { ...show(sessions.change(session, { slot })), next: '/dashboard' } }
    }),
    anybody('DELETE', '/api/sessions/:id', (call, person) => {
      const session = own(call, person)
      money.give(session.member, 1)
      return { json: { ...show(sessions.change(session, { state: 'cancelled' })), next: '/dashboard' } }
    }),
    broken('THR-05')
      ? route('POST', join, call => ticket(sessions.get(idOf(call)), people.byId(signIns.userOf(call))?.name))
      : caller('POST', join, (call, person) => ticket(openSession(call, person), person.name)),
    therapist('PUT', '/api/sessions/:id/recording', async (call, person) => {
      const recording = await call.bytes()
      sessions.change(own(call, person), { recording: broken('THR-06') ? Buffer.alloc(0) : recording })
      return { status: 204 }
    }),
    anybody('GET', '/api/sessions/:id/recording', (call, person) => {
      return { bytes: found(sessionOf(clinic, call, person).recording), type: 'video/webm' }
    }),
    therapist('PUT', '/api/sessions/:id/note', async (call, person) => {
      const given = readFields(await call.json(), { subjective: text, objective: text, assessment: text, plan: text })
      const note = broken('THR-11') ? { ...given, plan: '' } : given
      const { id } = sessions.change(own(call, person), { note })
      return { json: { note, next: `/sessions/${id}` } }
    }),
    anybody('GET', '/api/records/:number', (call, reader) => {
      const { name, record, dateOfBirth, id } = readRecord(clinic, call, reader)
      const notes = sessions.of(id).flatMap(({ note }) => note ?? [])
      return { json: { record, name, dateOfBirth, notes } }
    }),
    admin('GET', '/api/audit', call => {
      const record = call.url.searchParams.get('record')
      const about = audit.list().filter(entry => record === null || String(entry.record) === record)
      return { json: { entries: about.slice(0, 100).map(({ createdAt: at, ...entry }) => ({ at, ...entry })) } }
    }),
  ]
}

/** What is said in a room besides offers and candidates is written down. */
export function relayInRoom({ broken, clock, sessions }: Clinic, { room, name, message }: Said): boolean {
  const session = sessions.get(room)
  if (message['type'] === 'caption' && session) {
    const line = { at: clock.now(), name, text: String(message['text']).slice(0, 500) }
    sessions.change(session, { transcript: [...session.transcript, line] })
  }
  // Without an answer the two never find each other.
  return !(broken('THR-04') && message['type'] === 'answer')
}
