import { created, gone, idOf } from '../kit/answers.ts'
import { unless } from '../kit/field-errors.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { staff } from './accounts.ts'
import { isLocalTime, localTime } from './local-time.ts'
import { clinics, type Patient, serviceOf, services } from './practice.ts'
import { refuseFields, routesFor, type Signed, type TopSmile, textErrors } from './topsmile.ts'

const unknown = (what: string) => new Refusal(404, { error: `${what} não encontrado` })

/** The patient, for the staff of the same clinic; for all others there is none. */
export function findPatient({ practice }: TopSmile, id: string | undefined, clinic: string): Patient {
  const patient = practice.patients.get(id ?? '')
  if (patient?.clinic !== clinic) throw unknown('Paciente')
  return patient
}

/** The patient's own next appointment. */
export function nextAppointment({ practice, broken, clock }: TopSmile, { user }: Signed) {
  const now = localTime(clock.now())
  const isMeant = (patient: string | undefined) => (patient === user.patient) !== broken('DNT-14')
  return practice.appointmentsOf(user.clinic).find(({ start, patient }) => start >= now && isMeant(patient))
}

/** The times of a day that can be had. */
export const freeTimes = ({ practice, broken }: TopSmile, clinic: string, day: string) =>
  practice.timesOf(day).filter(start => !practice.isTaken(clinic, start) || broken('DNT-15'))

/** Clinics, appointments, patients with their records. */
export function practiceRoutes(topSmile: TopSmile): readonly Route[] {
  const { accounts, broken, clock, practice } = topSmile
  const forStaff = routesFor(topSmile, staff)
  const forWriters = routesFor(topSmile, ['admin', 'dentista'])
  const own = (call: Call, { user }: Signed) => findPatient(topSmile, idOf(call), user.clinic)
  const read = (call: Call, signed: Signed) =>
    (broken('DNT-20') && practice.patients.get(idOf(call))) || own(call, signed)

  const book = (given: Readonly<Record<string, unknown>>, clinic: string, name: string, patient?: string) => {
    // Without a look at it, 30 February becomes 2 March, and 45 December an error of our own.
    const start = broken('DNT-34') ? new Date(`${given['start']}Z`).toISOString().slice(0, 16) : given['start']
    const service = String(given['service'])
    refuseFields(
      unless(isLocalTime(start), 'start', 'informe uma data e hora que existem'),
      unless(serviceOf(service) !== undefined, 'service', 'informe um serviço'),
    )
    if (practice.isTaken(clinic, String(start)) && !broken('DNT-15')) {
      throw new Refusal(409, { error: 'Este horário já está ocupado' })
    }
    return practice.book({ clinic, service, start: String(start), name, ...(patient ? { patient } : {}) })
  }
  const clinicOf = (id: unknown) => {
    const clinic = clinics.find(item => item.id === id)
    if (!clinic) throw unknown('Consultório')
    return clinic
  }

  return [
    route('GET', '/api/clinics', () => ({ json: { clinics: clinics.map(clinic => ({ ...clinic, services })) } })),
    route('GET', '/api/clinics/:id/times', call => {
      const day = call.url.searchParams.get('day') ?? ''
      refuseFields(unless(isLocalTime(`${day}T00:00`), 'day', 'informe um dia que existe'))
      return { json: { times: freeTimes(topSmile, clinicOf(idOf(call)).id, day) } }
    }),
    route('POST', '/api/bookings', async call => {
      const given = await call.json()
      const { id: clinic } = clinicOf(given['clinic'])
      const isOver = isLocalTime(given['start']) && given['start'] < localTime(clock.now())
      refuseFields(
        textErrors('name', given['name']),
        textErrors('phone', given['phone'], 30),
        unless(!isOver, 'start', 'este horário já passou'),
      )
      const { id: code, start } = book(given, clinic, String(given['name']))
      return created({ code, start, next: `/agendar/confirmada/${code}` })
    }),
    forStaff('GET', '/api/appointments', (call, { user }) => {
      const asked = call.url.searchParams.get('day') ?? ''
      const day = asked === 'today' ? localTime(clock.now()).slice(0, 10) : asked
      const found = practice.appointmentsOf(user.clinic, day)
      const show = found.map(({ service, ...rest }) => ({
        ...rest,
        time: rest.start.slice(11),
        service: serviceOf(service)?.name,
      }))
      return { json: { appointments: show } }
    }),
    forStaff('POST', '/api/appointments', async (call, { user }) => {
      const given = await call.json()
      const patient = findPatient(topSmile, String(given['patient']), user.clinic)
      return created(book(given, user.clinic, patient.name, patient.id))
    }),
    forStaff('DELETE', '/api/appointments/:id', (call, { user }) => {
      const appointment = practice.appointments.get(idOf(call))
      if (appointment?.clinic !== user.clinic) throw unknown('Agendamento')
      return gone(practice.appointments.delete(appointment.id))
    }),
    forStaff('GET', '/api/patients', (call, { user }) => ({
      json: { patients: practice.patientsOf(user.clinic, call.url.searchParams.get('search') ?? '') },
    })),
    forStaff('POST', '/api/patients', async (call, { user: { clinic } }) => {
      const { name, phone, email, password } = await call.json()
      const isTaken = typeof email === 'string' && accounts.byEmail(email) !== undefined
      refuseFields(
        textErrors('name', name),
        textErrors('phone', phone, 30),
        unless(!isTaken, 'email', 'já está em uso'),
      )
      const patient = practice.addPatient({ clinic, name: String(name), phone: String(phone) })
      if (typeof email === 'string' && typeof password === 'string') {
        accounts.add({ email, password, name: patient.name, role: 'paciente', clinic, patient: patient.id })
      }
      return created(patient)
    }),
    forStaff('GET', '/api/patients/:id', (call, signed) => ({ json: read(call, signed) })),
    forStaff('DELETE', '/api/patients/:id', (call, signed) => {
      const patient = own(call, signed)
      const account = accounts.all().find(user => user.patient === patient.id)
      if (account) accounts.remove(account.id)
      practice.removePatient(patient.id)
      return { status: 204 }
    }),
    forStaff('GET', '/api/patients/:id/record', (call, signed) => ({
      json: { entries: practice.recordOf(read(call, signed).id) },
    })),
    forWriters('POST', '/api/patients/:id/record', async (call, signed) => {
      const { id } = own(call, signed)
      const { text } = await call.json()
      refuseFields(textErrors('text', text, 4_000))
      const { name } = signed.user
      if (broken('DNT-16')) return created({ author: name, text, at: localTime(clock.now()) })
      return created(practice.write(id, name, String(text)))
    }),
  ]
}
