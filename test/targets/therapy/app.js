// The platform's front end: pages come filled from the server; forms call its API and tell what was wrong at the field.

import { createApi, element, find, showFailure } from './api.js'
import { sendForms } from './forms.js'

export const api = createApi()
sendForms(api)

/** Free times of the chosen therapist: slow work, so that it says what it does, and the page stays usable. */
async function showSlots(place, therapist) {
  const loading = find('[data-loading]', place)
  const timer = setTimeout(() => {
    loading.hidden = false
  }, Number(place.dataset.patience))
  const answer = await api.call(`/api/therapists/${therapist}/slots`).finally(() => {
    clearTimeout(timer)
    loading.hidden = true
  })
  if (answer) {
    const options = answer.slots.map(slot => element('option', slot.slice(0, 16), { value: slot }))
    find('[name=slot]', place).replaceChildren(...options)
  } else if (place.dataset.onError === 'tell')
    showFailure('Please try again in a moment.', 'Back to my sessions', '/dashboard')
  else document.body.replaceChildren()
}

const slots = find('[data-slots]')
slots?.addEventListener('change', event => {
  if (event.target.name === 'therapist' && event.target.value) showSlots(slots, event.target.value)
})

navigator.serviceWorker?.register('/service-worker.js')
