import { type Collection, createCollection } from '../kit/collection.ts'
import names from './names.json' with { type: 'json' }

const { specialties, cities, surnames } = names
const day = 86_400_000
const halfHour = 1_800_000

export interface Slot {
  readonly id: string
  readonly doctorId: string
  readonly startsAt: string
}

export interface Customer {
  readonly name: string
  readonly email: string
  readonly phone: string
  /** Came by a booking: goes with the last one. */
  readonly byBooking: boolean
}

export const states = ['pending', 'confirmed', 'completed', 'cancelled', 'rejected'] as const
export type State = (typeof states)[number]

export interface Appointment {
  readonly id: string
  readonly doctorId: string
  readonly doctor: string
  readonly patientId: string
  readonly patient: string
  readonly slotId: string
  readonly startsAt: string
  readonly state: State
  readonly kind: 'standard' | 'acb' | 'follow-up'
}

/** Doctors with their hospitals, time slots, patients and appointments. `keepsFree`: a booked slot stays free (a fault). */
export function createClinic(now: () => number, keepsFree: boolean) {
  const hospitals = cities.map((city, index) => ({ id: `hospital-${index + 1}`, name: `${city} Hospital`, city }))
  const doctors = Array.from({ length: 24 }, (_, index) => ({
    id: `doctor-${index + 1}`,
    name: `Dr. ${surnames[index % 12]}${index < 12 ? '' : ' Jr.'}`,
    specialty: specialties[index % 6]!,
    hospitalId: hospitals[Math.floor(index / 6)]!.id,
    rating: 3.5 + (index % 4) / 2,
    fee: 40 + (index % 5) * 15,
  }))
  const customers = createCollection<Customer>('patient', now)
  const appointments = createCollection<Omit<Appointment, 'id'>>('appointment', now)
  const opened: Collection<Omit<Slot, 'id'>> = createCollection('slot', now)
  const taken = new Map<string, string>()

  /** Every doctor works from nine to five on every day. */
  const regular = (doctorId: string, date: string): readonly Slot[] =>
    Array.from({ length: 16 }, (_, index) => {
      const startsAt = new Date(Date.parse(`${date}T09:00:00Z`) + index * halfHour).toISOString()
      return { id: `${doctorId}~${startsAt.slice(0, 16)}`, doctorId, startsAt }
    })
  const slots = (doctorId: string, date: string) => [
    ...regular(doctorId, date),
    ...opened.list().filter(slot => slot.doctorId === doctorId && slot.startsAt.startsWith(date)),
  ]
  const slot = (id: string): Slot | undefined => {
    const [doctorId, moment = ''] = id.split('~')
    const isRegular = doctors.some(doctor => doctor.id === doctorId) && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(moment)
    return isRegular ? regular(doctorId!, moment.slice(0, 10)).find(known => known.id === id) : opened.get(id)
  }
  const isFree = (id: string) => keepsFree || !taken.has(id)

  /** Books a slot; undefined when somebody was faster. Two at the same moment are one after the other here. */
  function book(
    slot: Slot,
    customer: Omit<Customer, 'byBooking'>,
    kind: Appointment['kind'],
    state: State = kind === 'acb' ? 'pending' : 'confirmed',
  ) {
    if (!isFree(slot.id)) return undefined
    const known = customers.list().find(({ email }) => email === customer.email)
    const patient = known ?? customers.add({ ...customer, byBooking: true })
    const appointment = appointments.add({
      kind,
      state,
      doctorId: slot.doctorId,
      doctor: doctors.find(({ id }) => id === slot.doctorId)!.name,
      patientId: patient.id,
      patient: patient.name,
      slotId: slot.id,
      startsAt: slot.startsAt,
    })
    taken.set(slot.id, appointment.id)
    return appointment
  }

  function setState(id: string, state: State) {
    const changed = appointments.change(id, { state })
    if (changed && (state === 'cancelled' || state === 'rejected')) taken.delete(changed.slotId)
    return changed
  }

  function remove(id: string) {
    const gone = appointments.get(id)
    if (gone === undefined) return false
    appointments.remove(id)
    if (taken.get(gone.slotId) === id) taken.delete(gone.slotId)
    const isLast = !appointments.list().some(({ patientId }) => patientId === gone.patientId)
    if (isLast && customers.get(gone.patientId)?.byBooking) customers.remove(gone.patientId)
    return true
  }

  surnames.forEach((surname, index) => {
    const email = `${surname.toLowerCase()}@patients.example`
    const customer = { name: `Lina ${surname}`, email, phone: `+962 555 01${index + 10}` }
    customers.add({ ...customer, byBooking: false })
    const booked = (daysAgo: number, kind: Appointment['kind'], state?: State) => {
      const date = new Date(now() - daysAgo * day).toISOString().slice(0, 10)
      book(regular(`doctor-${index + 1}`, date)[index]!, customer, kind, state)
    }
    booked(30, 'standard', 'completed')
    booked(7, 'standard', 'completed')
    booked(-2 - index, index % 3 ? 'standard' : 'acb')
  })
  return { hospitals, doctors, customers, appointments, opened, slots, slot, isFree, book, setState, remove }
}
