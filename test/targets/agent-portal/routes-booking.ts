import { type Answer, type Call, Refusal } from '../kit/http.ts'
import { email, filled, moment, oneOf, optional, readFields, refuse, text } from '../kit/rules.ts'
import type { User } from './accounts.ts'
import { type Appointment, type Slot, states } from './clinic.ts'
import { type ApiRoute, agentApi, found, listOf, type Portal } from './portal.ts'

const contains = (whole: string, part: string | null) => whole.toLowerCase().includes((part ?? '').toLowerCase())

/** Doctors, hospitals, time slots, appointments, patients. */
export function bookingRoutes(portal: Portal): readonly ApiRoute[] {
  return [...doctorRoutes(portal), ...slotRoutes(portal), ...appointmentRoutes(portal), ...patientRoutes(portal)]
}

function doctorRoutes(portal: Portal): readonly ApiRoute[] {
  const { broken, clinic } = portal
  const agent = agentApi(portal)
  const show = (doctor: (typeof clinic.doctors)[number]) => ({
    ...doctor,
    rating: broken('AGT-36') ? String(doctor.rating) : doctor.rating,
    hospital: clinic.hospitals.find(({ id }) => id === doctor.hospitalId)!.name,
  })
  return [
    agent('GET', '/api/hospitals', async () => {
      if (broken('AGT-02')) await new Promise(resolve => setTimeout(resolve, 400))
      return listOf(clinic.hospitals)
    }),
    agent('GET', '/api/doctors', ({ url }) => {
      const wanted = broken('AGT-16') ? new URLSearchParams() : url.searchParams
      const matches = clinic.doctors.filter(
        ({ name, specialty, hospitalId }) =>
          contains(name, wanted.get('search')) &&
          (!wanted.get('specialty') || specialty === wanted.get('specialty')) &&
          (!wanted.get('hospital') || hospitalId === wanted.get('hospital')),
      )
      return listOf(matches.map(show))
    }),
    agent('GET', '/api/doctors/:id', call => ({
      json: show(found(clinic.doctors.find(({ id }) => id === call.params['id']))),
    })),
  ]
}

function slotRoutes(portal: Portal): readonly ApiRoute[] {
  const { clinic } = portal
  const agent = agentApi(portal)
  const doctorOf = (id: string | null) => {
    const doctor = clinic.doctors.find(known => known.id === id)
    if (!doctor) refuse({ field: 'doctorId', message: 'expected a doctor' })
    return doctor!.id
  }
  const asked = ({ url }: Call) => {
    const { date } = readFields(Object.fromEntries(url.searchParams), { date: moment })
    return clinic.slots(doctorOf(url.searchParams.get('doctorId')), new Date(date).toISOString().slice(0, 10))
  }
  const show = (slot: Slot) => ({ ...slot, free: clinic.isFree(slot.id) })
  const open = (doctorId: string, startsAt: string) => {
    const entry = clinic.opened.add({ doctorId: doctorOf(doctorId), startsAt: new Date(startsAt).toISOString() })
    return show(entry)
  }
  return [
    agent('GET', '/api/time-slots', call => listOf(asked(call).map(show))),
    agent('POST', '/api/time-slots', async call => {
      const { doctorId, startsAt } = readFields(await call.json(), { doctorId: text, startsAt: moment })
      return { status: 201, json: open(doctorId, startsAt) }
    }),
    agent('PUT', '/api/time-slots/bulk', async call => {
      const { doctorId, startsAt } = readFields(await call.json(), { doctorId: text, startsAt: filled })
      const moments = startsAt.map((given, index) => readFields({ [index]: given }, { [index]: moment }, 'startsAt.'))
      return {
        status: 201,
        json: { items: moments.flatMap(item => Object.values(item)).map(at => open(doctorId, at)) },
      }
    }),
    agent('GET', '/api/time-slots/availability', call => {
      const free = asked(call)
        .map(show)
        .filter(slot => slot.free)
      return { json: { items: free, total: free.length, available: free.length > 0 } }
    }),
    agent('GET', '/api/time-slots/:id', call => ({ json: show(found(clinic.slot(call.params['id']!))) })),
    agent('DELETE', '/api/time-slots/:id', call => {
      found(clinic.opened.remove(call.params['id']!))
      return { status: 204 }
    }),
  ]
}

function appointmentRoutes(portal: Portal): readonly ApiRoute[] {
  const { broken, clinic, clock, mailbox } = portal
  const agent = agentApi(portal)
  const bookings = new Map<string, number>()

  const tell = (appointment: Appointment | undefined): Answer => {
    const { id, state } = found(appointment)
    if (!broken('AGT-45')) portal.tell({ type: 'appointment', appointment: { id, state } })
    return { json: appointment }
  }
  const booked = (appointment: Appointment | undefined, to: string): Appointment => {
    if (!appointment) throw new Refusal(409, { error: 'The time slot is taken' })
    const text = `Your appointment ${appointment.id} with ${appointment.doctor} is at ${appointment.startsAt}.`
    const mail = { to, subject: 'Your appointment', text, sentAt: clock.now() }
    if (!broken('AGT-54')) mailbox.send(mail)
    portal.tell({ type: 'appointment', appointment: { id: appointment.id, state: appointment.state } })
    return appointment
  }
  const patientFields = { name: text, email, phone: optional(text) }
  const readPatient = (given: unknown, prefix: string) => {
    const { phone = '', ...patient } = readFields(given, patientFields, prefix)
    return { ...patient, phone }
  }
  const slotOf = (id: string) => {
    const slot = clinic.slot(id)
    if (!slot) refuse({ field: 'slotId', message: 'expected a time slot' })
    return slot!
  }
  /** The first free slots of a doctor on a day. */
  const freeSlots = (doctorId: string, date: string) =>
    clinic.slots(doctorId, new Date(date).toISOString().slice(0, 10)).filter(({ id }) => clinic.isFree(id))

  async function create(call: Call, user: User): Promise<Answer> {
    const body = await call.json()
    const { slotId } = readFields(body, { slotId: text })
    const patient = readPatient(body['patient'], 'patient.')
    const count = (bookings.get(user.id) ?? 0) + 1
    bookings.set(user.id, count)
    if (broken('AGT-07') && count % 10 === 0) throw new Refusal(500)
    const kind = body['kind'] === 'acb' ? ('acb' as const) : ('standard' as const)
    const given = { kind, state: kind === 'acb' ? ('pending' as const) : ('confirmed' as const), agentId: user.id }
    const appointment = booked(clinic.book(slotOf(slotId), patient, given), patient.email)
    if (broken('AGT-17') && body['channel'] === 'portal') clinic.remove(appointment.id)
    return { status: 201, json: appointment }
  }

  async function createMany(call: Call, user: User): Promise<Answer> {
    const body = await call.json()
    const { doctorId, date, patients } = readFields(body, { doctorId: text, date: moment, patients: filled })
    const people = patients.map((given, index) => readPatient(given, `patients.${index}.`))
    const slots = freeSlots(doctorId, date)
    if (slots.length < people.length) throw new Refusal(409, { error: `Only ${slots.length} time slots are free` })
    const given = { kind: 'standard', state: 'confirmed', agentId: user.id } as const
    const kept = broken('AGT-19') ? people.slice(0, 1) : people
    const items = kept.map((person, index) => booked(clinic.book(slots[index]!, person, given), person.email))
    return { status: 201, json: { items, total: people.length } }
  }

  async function followUp(call: Call, user: User): Promise<Answer> {
    const past = found(clinic.appointments.get(call.params['id']!))
    const { date } = readFields(await call.json(), { date: moment })
    const patient = found(clinic.customers.get(past.patientId))
    const [slot] = freeSlots(past.doctorId, date)
    const given = { kind: 'follow-up', state: 'confirmed', agentId: user.id } as const
    const appointment = booked(slot && clinic.book(slot, patient, given), patient.email)
    if (broken('AGT-21')) clinic.remove(appointment.id)
    return { status: 201, json: appointment }
  }

  const decide = (state: 'confirmed' | 'rejected') => (call: Call) => {
    const { id, ...appointment } = found(clinic.appointments.get(call.params['id']!))
    if (appointment.state !== 'pending') throw new Refusal(409, { error: 'The appointment is not pending' })
    return broken('AGT-20') ? { json: { id, ...appointment, state } } : tell(clinic.setState(id, state))
  }

  return [
    agent('GET', '/api/appointments', ({ url }) => {
      const [state, search, kind] = ['state', 'search', 'kind'].map(name => url.searchParams.get(name))
      const matches = clinic.appointments
        .list()
        .filter(item => (!state || item.state === state) && (!kind || item.kind === kind))
        .filter(({ patient, doctor }) => contains(`${patient} ${doctor}`, search ?? null))
      return { json: { items: matches.slice(0, 50), total: matches.length } }
    }),
    agent('GET', '/api/appointments/pending-acb', () =>
      listOf(clinic.appointments.list().filter(({ kind, state }) => kind === 'acb' && state === 'pending')),
    ),
    agent('POST', '/api/appointments', create),
    agent('POST', '/api/appointments/bulk', createMany),
    agent('GET', '/api/appointments/:id', call => ({ json: found(clinic.appointments.get(call.params['id']!)) })),
    agent('POST', '/api/appointments/:id/follow-up', followUp),
    agent('POST', '/api/appointments/:id/approve', decide('confirmed')),
    agent('POST', '/api/appointments/:id/reject', decide('rejected')),
    agent('PATCH', '/api/appointments/:id/status', async call => {
      const { state } = readFields(await call.json(), { state: oneOf(...states) })
      return tell(clinic.setState(call.params['id']!, state))
    }),
    agent('DELETE', '/api/appointments/:id', call => {
      found(clinic.remove(call.params['id']!))
      return { status: 204 }
    }),
  ]
}

function patientRoutes(portal: Portal): readonly ApiRoute[] {
  const { broken, clinic } = portal
  const agent = agentApi(portal)
  return [
    agent('GET', '/api/patients', ({ url }) =>
      listOf(clinic.customers.list().filter(({ name }) => contains(name, url.searchParams.get('search')))),
    ),
    agent('GET', '/api/patients/:id', call => ({ json: found(clinic.customers.get(call.params['id']!)) })),
    agent('GET', '/api/patients/:id/history', call => {
      const { id } = found(clinic.customers.get(call.params['id']!))
      const past = clinic.appointments.list().filter(item => item.patientId === id && item.state === 'completed')
      return listOf(broken('AGT-22') ? [] : past)
    }),
  ]
}
