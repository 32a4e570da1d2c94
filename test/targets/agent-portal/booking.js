// Booking in steps: a free time, the patient, a last look, the confirmation.

import { element, find, findAll, say, subject } from './api.js'
import { api } from './app.js'

const go = name => {
  for (const step of findAll('[data-step]')) step.hidden = step.dataset.step !== name
  find(`[data-step=${name}] :is(input, button)`)?.focus()
}
const date = find('[name=date]')
const readable = startsAt => startsAt.replace('T', ' ').slice(0, 16)
let slot
let patient

async function showSlots() {
  const query = new URLSearchParams({ doctorId: subject, date: date.value })
  const answer = await api.call(`/api/time-slots/availability?${query}`)
  const items = (answer?.items ?? []).map(free => {
    const button = element('button', free.startsAt.slice(11, 16), { type: 'button' })
    button.onclick = () => {
      slot = free
      go('patient')
    }
    const item = element('li')
    item.append(button)
    return item
  })
  find('[data-slots]').replaceChildren(...items)
}

find('form[data-step=patient]').onsubmit = event => {
  event.preventDefault()
  patient = Object.fromEntries(new FormData(event.target))
  say('[data-summary]', `${patient.name}, ${readable(slot.startsAt)}`)
  go('review')
}

find('[data-confirm]').onclick = async () => {
  const appointment = await api.call('/api/appointments', 'POST', { slotId: slot.id, patient, channel: 'portal' })
  if (!appointment) return
  say('[data-done]', `${appointment.patient} sees ${appointment.doctor}: ${readable(appointment.startsAt)}`)
  go('done')
}

date.value =
  new URLSearchParams(location.search).get('date') ?? new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
date.onchange = showSlots
const [doctor] = await Promise.all([api.call(`/api/doctors/${subject}`), showSlots()])
if (doctor) say('[data-doctor]', `${doctor.name}, ${doctor.specialty}, ${doctor.hospital}`)
