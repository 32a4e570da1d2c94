// The platform's front end: pages come filled from the server; forms call its API and tell what was wrong at the field.

const find = (selector, inside = document) => inside.querySelector(selector)

function tell(text) {
  const place = find('[data-error]')
  place.textContent = text
  place.hidden = text === ''
}

function mark(form, name, message) {
  const control = form.elements[name]
  const place = document.getElementById(`${name}-error`)
  control?.setAttribute('aria-invalid', String(message !== ''))
  if (place) place.textContent = message
  return Boolean(place)
}

/** The form's own look at what was typed; the server looks again. */
function isFilledWell(form) {
  const controls = [...form.elements].filter(({ name }) => name)
  for (const { name, validationMessage } of controls) mark(form, name, validationMessage)
  controls.find(({ validationMessage }) => validationMessage)?.focus()
  return form.checkValidity()
}

async function submit(form) {
  const { api, method } = form.dataset
  const data = new FormData(form)
  const isUpload = find('[type=file]', form) !== null
  const body = isUpload
    ? { body: data }
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(Object.fromEntries(data)) }
  tell('')
  const response = await fetch(api, { method, ...(method === 'DELETE' ? {} : body) })
  const answer = response.status === 204 ? {} : await response.json()
  if (response.ok || (isUpload && response.status === 422)) {
    if (answer.next) location.assign(answer.next)
    else location.reload()
    return
  }
  const elsewhere = (answer.errors ?? []).filter(({ field, message }) => !mark(form, field, message))
  if (answer.error || elsewhere.length > 0) tell(elsewhere[0]?.message ?? answer.error)
}

document.addEventListener('submit', async event => {
  const form = event.target
  if (!form.dataset.api) return
  event.preventDefault()
  if (!isFilledWell(form)) return
  const button = find('button:not([type=button])', form)
  button.disabled = true
  try {
    await submit(form)
  } catch {
    tell('The server cannot be reached. Please try again.')
  } finally {
    button.disabled = false
  }
})

/** Free times of the chosen therapist: slow work, so that it says what it does, and the page stays usable. */
async function showSlots(place, therapist) {
  const loading = find('[data-loading]', place)
  const timer = setTimeout(() => {
    loading.hidden = false
  }, Number(place.dataset.patience))
  try {
    const response = await fetch(`/api/therapists/${therapist}/slots`)
    if (!response.ok) throw new Error(`the free times answered ${response.status}`)
    const { slots } = await response.json()
    const option = slot =>
      Object.assign(document.createElement('option'), { value: slot, textContent: slot.slice(0, 16) })
    find('[name=slot]', place).replaceChildren(...slots.map(option))
  } finally {
    clearTimeout(timer)
    loading.hidden = true
  }
}

/** What nobody caught: a page that says so, with a way back. */
function showFailure() {
  const main = find('main')
  const way = Object.assign(document.createElement('a'), { href: '/dashboard', textContent: 'Back to my sessions' })
  const heading = Object.assign(document.createElement('h1'), { textContent: 'Something went wrong' })
  const text = Object.assign(document.createElement('p'), { textContent: 'Please try again in a moment. ' })
  text.append(way)
  main.replaceChildren(heading, text)
}

const slots = find('[data-slots]')
if (slots) {
  addEventListener('unhandledrejection', () => {
    if (slots.dataset.onError === 'tell') showFailure()
    else document.body.replaceChildren()
  })
  slots.addEventListener('change', event => {
    if (event.target.name === 'therapist' && event.target.value) showSlots(slots, event.target.value)
  })
}

navigator.serviceWorker?.register('/service-worker.js')
