import { created, found, gone, idOf, listOf, wanted } from '../kit/answers.ts'
import { type Answer, type Call, Refusal, type Route } from '../kit/http.ts'
import { email, filled, moment, oneOf, optional, readFields, text } from '../kit/rules.ts'
import type { User } from './accounts.ts'
import { type Appointment, states } from './clinic.ts'
import type { Portal } from './portal.ts'

/** Booking in its three forms, approval, and changes of state. */
export function appointmentRoutes(portal: Portal): readonly Route[] {
  const { agent, clinic } = portal
  const bookings = createBookings(portal)
  return [
    agent('GET', '/api/appointments', ({ url }) => {
      const textOf = ({ patient, doctor }: Appointment) => `${patient} ${doctor}`
      const matches = wanted(clinic.appointments.list(), url, textOf, 'state', 'kind')
      return { json: { items: matches.slice(0, 50), total: matches.length } }
    }),
    agent('GET', '/api/appointments/pending-acb', () =>
      listOf(clinic.appointments.list().filter(({ kind, state }) => kind === 'acb' && state === 'pending')),
    ),
    agent('POST', '/api/appointments', bookings.one),
    agent('POST', '/api/appointments/bulk', bookings.many),
    agent('GET', '/api/appointments/:id', call => ({ json: found(clinic.appointments.get(idOf(call))) })),
    agent('POST', '/api/appointments/:id/follow-up', bookings.followUp),
    agent('POST', '/api/appointments/:id/approve', call => decide(portal, call, 'confirmed')),
    agent('POST', '/api/appointments/:id/reject', call => decide(portal, call, 'rejected')),
    agent('PATCH', '/api/appointments/:id/status', async call => {
      const { state } = readFields(await call.json(), { state: oneOf(...states) })
      return tell(portal, clinic.setState(idOf(call), state))
    }),
    agent('DELETE', '/api/appointments/:id', call => gone(clinic.remove(idOf(call)))),
  ]
}

/** Answers with a changed appointment, and tells the open pages. */
function tell(portal: Portal, changed: Appointment | undefined): Answer {
  const appointment = found(changed)
  const { id, state } = appointment
  if (!portal.broken('AGT-45')) portal.tell({ type: 'appointment', appointment: { id, state } })
  return { json: appointment }
}

function decide(portal: Portal, call: Call, state: 'confirmed' | 'rejected'): Answer {
  const pending = found(portal.clinic.appointments.get(idOf(call)))
  if (pending.state !== 'pending') throw new Refusal(409, { error: 'The appointment is not pending' })
  if (portal.broken('AGT-20')) return { json: { ...pending, state } }
  return tell(portal, portal.clinic.setState(pending.id, state))
}

const patientFields = { name: text, email, phone: optional(text) }

function readPatient(given: unknown, prefix: string) {
  const { phone = '', ...patient } = readFields(given, patientFields, prefix)
  return { ...patient, phone }
}

function createBookings(portal: Portal) {
  const { broken, clinic, clock, mailbox } = portal
  const counts = new Map<string, number>()

  /** What a booking brings with it: an e-mail, and a word to the open pages. */
  const booked = (appointment: Appointment | undefined, to: string): Appointment => {
    if (!appointment) throw new Refusal(409, { error: 'The time slot is taken' })
    const { id, state, doctor, startsAt } = appointment
    const text = `Your appointment ${id} with ${doctor} is at ${startsAt}.`
    if (!broken('AGT-54')) mailbox.send({ to, subject: 'Your appointment', text, sentAt: clock.now() })
    portal.tell({ type: 'appointment', appointment: { id, state } })
    return appointment
  }
  /** The free slots of a doctor on a day. */
  const freeSlots = (doctorId: string, date: string) =>
    clinic.slots(doctorId, new Date(date).toISOString().slice(0, 10)).filter(({ id }) => clinic.isFree(id))
  /** One booking in ten of an agent fails when AGT-07 is broken. */
  const failsNow = (user: User) => {
    const count = (counts.get(user.id) ?? 0) + 1
    counts.set(user.id, count)
    return broken('AGT-07') && count % 10 === 0
  }

  return {
    async one(call: Call, user: User): Promise<Answer> {
      const body = await call.json()
      const slot = clinic.slot(readFields(body, { slotId: text }).slotId)
      if (!slot) throw new Refusal(400, { errors: [{ field: 'slotId', message: 'expected a time slot' }] })
      const patient = readPatient(body['patient'], 'patient.')
      if (failsNow(user)) throw new Refusal(500)
      const kind = body['kind'] === 'acb' ? 'acb' : 'standard'
      const appointment = booked(clinic.book(slot, patient, kind), patient.email)
      if (broken('AGT-17') && body['channel'] === 'portal') clinic.remove(appointment.id)
      return created(appointment)
    },
    async many(call: Call): Promise<Answer> {
      const given = readFields(await call.json(), { doctorId: text, date: moment, patients: filled })
      const people = given.patients.map((patient, index) => readPatient(patient, `patients.${index}.`))
      const slots = freeSlots(given.doctorId, given.date)
      if (slots.length < people.length) throw new Refusal(409, { error: `Only ${slots.length} time slots are free` })
      const kept = broken('AGT-19') ? people.slice(0, 1) : people
      const items = kept.map((person, index) => booked(clinic.book(slots[index]!, person, 'standard'), person.email))
      return created({ items, total: people.length })
    },
    async followUp(call: Call): Promise<Answer> {
      const past = found(clinic.appointments.get(idOf(call)))
      const { date } = readFields(await call.json(), { date: moment })
      const patient = found(clinic.customers.get(past.patientId))
      const [slot] = freeSlots(past.doctorId, date)
      const appointment = booked(slot && clinic.book(slot, patient, 'follow-up'), patient.email)
      if (broken('AGT-21')) clinic.remove(appointment.id)
      return created(appointment)
    },
  }
}
