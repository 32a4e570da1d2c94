import { setTimeout } from 'node:timers/promises'
import { created, found, gone, idOf, listOf, wanted } from '../kit/answers.ts'
import type { Call, Route } from '../kit/http.ts'
import { filled, moment, readFields, refuse, text } from '../kit/rules.ts'
import type { Slot } from './clinic.ts'
import type { Portal } from './portal.ts'
import { appointmentRoutes } from './routes-appointments.ts'

/** Doctors, hospitals, time slots, appointments, patients. */
export function bookingRoutes(portal: Portal): readonly Route[] {
  return [...doctorRoutes(portal), ...slotRoutes(portal), ...appointmentRoutes(portal), ...patientRoutes(portal)]
}

function doctorRoutes({ agent, broken, clinic }: Portal): readonly Route[] {
  const show = (doctor: (typeof clinic.doctors)[number]) => ({
    ...doctor,
    rating: broken('AGT-36') ? String(doctor.rating) : doctor.rating,
    hospital: clinic.hospitals.find(({ id }) => id === doctor.hospitalId)!.name,
  })
  return [
    agent('GET', '/api/hospitals', async () => {
      // The delay is what is broken; nobody waits here for something to happen.
      if (broken('AGT-02')) await setTimeout(400)
      return listOf(clinic.hospitals)
    }),
    agent('GET', '/api/doctors', ({ url }) => {
      const matches = wanted(clinic.doctors, url, ({ name }) => name, 'specialty', 'hospitalId')
      return listOf((broken('AGT-16') ? clinic.doctors : matches).map(show))
    }),
    agent('GET', '/api/doctors/:id', call => ({
      json: show(found(clinic.doctors.find(({ id }) => id === call.params['id']))),
    })),
  ]
}

function slotRoutes({ agent, clinic }: Portal): readonly Route[] {
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
  const open = (doctorId: string, startsAt: string) =>
    show(clinic.opened.add({ doctorId: doctorOf(doctorId), startsAt: new Date(startsAt).toISOString() }))
  return [
    agent('GET', '/api/time-slots', call => listOf(asked(call).map(show))),
    agent('POST', '/api/time-slots', async call => {
      const { doctorId, startsAt } = readFields(await call.json(), { doctorId: text, startsAt: moment })
      return created(open(doctorId, startsAt))
    }),
    agent('PUT', '/api/time-slots/bulk', async call => {
      const { doctorId, startsAt } = readFields(await call.json(), { doctorId: text, startsAt: filled })
      const moments = startsAt.map((given, index) => readFields({ [index]: given }, { [index]: moment }, 'startsAt.'))
      return created({ items: moments.flatMap(item => Object.values(item)).map(at => open(doctorId, at)) })
    }),
    agent('GET', '/api/time-slots/availability', call => {
      const free = asked(call)
        .map(show)
        .filter(slot => slot.free)
      return { json: { items: free, total: free.length, available: free.length > 0 } }
    }),
    agent('GET', '/api/time-slots/:id', call => ({ json: show(found(clinic.slot(idOf(call)))) })),
    agent('DELETE', '/api/time-slots/:id', call => gone(clinic.opened.remove(idOf(call)))),
  ]
}

function patientRoutes({ agent, broken, clinic }: Portal): readonly Route[] {
  return [
    agent('GET', '/api/patients', ({ url }) => listOf(wanted(clinic.customers.list(), url, ({ name }) => name))),
    agent('GET', '/api/patients/:id/history', call => {
      const { id } = found(clinic.customers.get(idOf(call)))
      const past = clinic.appointments.list().filter(item => item.patientId === id && item.state === 'completed')
      return listOf(broken('AGT-22') ? [] : past)
    }),
  ]
}
