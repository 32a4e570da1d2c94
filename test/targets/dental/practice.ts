import { randomInt } from 'node:crypto'
import { createRandom } from '../kit/random.ts'
import { dayAfter, localTime } from './local-time.ts'
import seeds from './seeds.json' with { type: 'json' }

/** Prices are in reais. */
export const { clinics, services } = seeds

export const serviceOf = (id: string) => services.find(service => service.id === id)

export interface Patient {
  readonly id: string
  readonly clinic: string
  readonly name: string
  readonly phone: string
  readonly createdAt: string
}

export interface Appointment {
  readonly id: string
  readonly clinic: string
  readonly service: string
  /** Local time. */
  readonly start: string
  readonly name: string
  /** Missing when somebody booked without being known. */
  readonly patient?: string
  readonly missed: boolean
  readonly createdAt: string
}

/** An entry of a clinical record. */
export interface Entry {
  readonly author: string
  readonly text: string
  readonly at: string
}

/** Every half hour from 8 to 18. */
const times = Array.from({ length: 20 }, (_, index) => {
  const hour = String(8 + Math.floor(index / 2)).padStart(2, '0')
  return `${hour}:${index % 2 === 0 ? '00' : '30'}`
})

/** Patients, appointments and clinical records of all clinics: one database, in which everything names its clinic. */
export function createPractice(now: () => number) {
  const patients = new Map<string, Patient>()
  const appointments = new Map<string, Appointment>()
  const records = new Map<string, Entry[]>()
  let last = 0
  const ofClinic = <T extends { readonly clinic: string }>(all: ReadonlyMap<string, T>, clinic: string) =>
    [...all.values()].filter(item => item.clinic === clinic)
  const isTaken = (clinic: string, start: string) =>
    ofClinic(appointments, clinic).some(appointment => appointment.start === start)
  return {
    patients,
    appointments,
    patientsOf: (clinic: string, search = '') =>
      ofClinic(patients, clinic).filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())),
    appointmentsOf: (clinic: string, day = '') =>
      ofClinic(appointments, clinic)
        .filter(({ start }) => start.startsWith(day))
        .toSorted((a, b) => (a.start < b.start ? -1 : 1)),
    isTaken,
    timesOf: (day: string) => times.map(time => `${day}T${time}`),
    addPatient(given: Omit<Patient, 'id' | 'createdAt'>): Patient {
      const patient = { ...given, id: `paciente-${++last}`, createdAt: new Date(now()).toISOString() }
      patients.set(patient.id, patient)
      return patient
    },
    removePatient(id: string): void {
      patients.delete(id)
      records.delete(id)
      for (const appointment of appointments.values())
        if (appointment.patient === id) appointments.delete(appointment.id)
    },
    book(given: Omit<Appointment, 'id' | 'missed' | 'createdAt'>, missed = false): Appointment {
      // Whoever has the number of an appointment may look at it, so it cannot be guessed.
      const id = `TS${randomInt(2 ** 40)
        .toString(36)
        .toUpperCase()}`
      const appointment = { ...given, missed, id, createdAt: new Date(now()).toISOString() }
      appointments.set(appointment.id, appointment)
      return appointment
    },
    recordOf: (patient: string): readonly Entry[] => records.get(patient) ?? [],
    write(patient: string, author: string, text: string): Entry {
      const entry = { author, text, at: localTime(now()) }
      records.set(patient, [entry, ...(records.get(patient) ?? [])])
      return entry
    },
  }
}

export type Practice = ReturnType<typeof createPractice>

/** The last four weeks of a clinic in figures. */
export function reportOf(practice: Practice, clinic: string, today: string) {
  const since = dayAfter(today, -28)
  const past = practice.appointmentsOf(clinic).filter(({ start }) => start >= since && start < today)
  const kept = past.filter(({ missed }) => !missed)
  const weeks = [0, 1, 2, 3].map(week => {
    const [from, to] = [dayAfter(since, week * 7), dayAfter(since, week * 7 + 7)]
    return { from, appointments: past.filter(({ start }) => start >= from && start < to).length }
  })
  return {
    appointments: past.length,
    revenue: kept.reduce((sum, { service }) => sum + (serviceOf(service)?.price ?? 0), 0),
    missed: past.length === 0 ? 0 : (past.length - kept.length) / past.length,
    patients: practice.patientsOf(clinic).length,
    weeks,
  }
}

/** Patients and four weeks behind, one ahead; the same for the same seed. */
export function seedPractice(practice: Practice, seed: number, now: number): void {
  const random = createRandom(seed)
  const { firstNames, lastNames } = seeds
  const today = localTime(now)
  for (const { id: clinic } of clinics) {
    const known = Array.from({ length: 30 }, () => {
      const name = `${firstNames[random(firstNames.length)]} ${lastNames[random(lastNames.length)]}`
      const patient = practice.addPatient({ clinic, name, phone: `(11) 9${1_000 + random(9_000)}-0000` })
      practice.write(patient.id, 'Dra. Helena', 'Primeira avaliação, sem queixas.')
      return patient
    })
    for (let day = -28; day <= 7; day++) {
      for (const start of practice.timesOf(dayAfter(today, day)).filter(() => random(5) === 0)) {
        const { id: patient, name } = known[random(known.length)]!
        const service = services[random(services.length)]!.id
        practice.book({ clinic, service, start, name, patient }, day < 0 && random(8) === 0)
      }
    }
  }
}
