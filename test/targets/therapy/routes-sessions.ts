import { created, found, idOf } from '../kit/answers.ts'
import { refuseErrors, unless } from '../kit/field-errors.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { type Clinic, routesFor, sessionOf } from './clinic.ts'
import type { Person } from './people.ts'
import { type Note, type Session, soapParts } from './sessions.ts'

const join = '/api/sessions/:id/join'
const ticketLife = 5 * 60
const mostEntries = 10_000

/** Who may read a health record, and that it was read. */
export function readRecord(clinic: Clinic, call: Call, reader: Person): Person {
  const { audit, broken, clock, people, sessions } = clinic
  const member = found(people.byRecord(call.params['number']))
  const isTheirs =
    member.id === reader.id ||
    (reader.role === 'therapist' && sessions.areTogether(member.id, reader.id)) ||
    (broken('THR-12') && reader.role === 'member')
  found(isTheirs)
  if (!broken('THR-16')) {
    const at = new Date(clock.now()).toISOString()
    audit.push({ at, who: reader.email, action: 'read', record: member.record })
    if (audit.length > mostEntries) audit.shift()
  }
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
  const show = (session: Session) => ({
    id: session.id,
    topic: session.topic,
    state: session.state,
    slot: new Date(session.slot).toISOString(),
    member: people.byId(session.member)?.name,
    therapist: people.byId(session.therapist)?.name,
    createdAt: session.createdAt,
    isOpen: sessions.isOpen(session),
    next: `/sessions/${session.id}`,
  })
  const own = (call: Call, person: Person) => {
    const session = sessionOf(clinic, call, person)
    if (session.state === 'cancelled') throw new Refusal(409, { error: 'The session is cancelled' })
    return session
  }
  const readSlot = (therapist: string, given: unknown, except?: string) => {
    const slot = Date.parse(String(given))
    refuseErrors(unless(sessions.isFree(therapist, slot, except), 'slot', 'This time is not free'))
    return slot
  }
  const noteOf = (given: Readonly<Record<string, unknown>>): Note => {
    const note = Object.fromEntries(soapParts.map(part => [part, String(given[part] ?? '')])) as Note
    refuseErrors(soapParts.flatMap(part => unless(note[part].trim() !== '', part, 'Write something')))
    return broken('THR-11') ? { ...note, plan: '' } : note
  }

  /** For the two of the session, while its room is open. */
  const openSession = (call: Call, person: Person) => {
    const session = sessionOf(clinic, call, person)
    const opens = new Date(session.slot).toISOString()
    if (!sessions.isOpen(session)) throw new Refusal(403, { error: `The room is not open; the session is at ${opens}` })
    return session
  }
  const ticket = (session: Session | undefined, name = 'guest') => {
    if (parts.isDown('video')) throw new Refusal(503, { error: 'The video provider is down' })
    const { id } = found(session)
    return { json: { ticket: tokens.sign(`${id} ${name}`, 'call', ticketLife), name } }
  }

  return [
    member('POST', '/api/sessions', async (call, member) => {
      const { therapist, slot, topic } = await call.json()
      const chosen = people.byId(String(therapist))
      const isOffered = chosen?.role === 'therapist' && (chosen.isApproved || broken('THR-02'))
      refuseErrors(unless(isOffered, 'therapist', 'Choose a therapist'))
      const start = readSlot(chosen!.id, slot)
      refuseErrors(unless(member.credits > 0, 'slot', 'Buy credits first'))
      const booked = { member: member.id, therapist: chosen!.id, slot: start, topic: String(topic ?? '') }
      const session = sessions.add(booked)
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
      const note = noteOf(await call.json())
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
      const about = audit.filter(entry => record === null || String(entry.record) === record)
      return { json: { entries: about.toReversed().slice(0, 100) } }
    }),
  ]
}

/** What is said in a room besides offers and candidates is written down. */
export function relayInRoom({ broken, clock, sessions }: Clinic) {
  return (room: string, name: string, message: Readonly<Record<string, unknown>>): boolean => {
    const session = sessions.get(room)
    if (message['type'] === 'caption' && session) {
      const line = { at: clock.now(), name, text: String(message['text']).slice(0, 500) }
      sessions.change(session, { transcript: [...session.transcript, line] })
    }
    // Without an answer the two never find each other.
    return !(broken('THR-04') && message['type'] === 'answer')
  }
}
