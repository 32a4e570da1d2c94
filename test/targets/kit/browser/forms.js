// Forms that a page sends to its API: `<form data-api="POST /api/tasks">`.

import { fill, find, findAll, say } from './api.js'

/** What was typed: numbers as numbers, or all as form data where a file goes with it. */
function valuesOf(form) {
  const data = new FormData(form)
  if (find('[type=file]', form)) return data
  const numbers = findAll('[type=number]', form).map(input => [input.name, input.valueAsNumber])
  return { ...Object.fromEntries(data), ...Object.fromEntries(numbers) }
}

/** Tells an error at its field, where the form has a place for it: `<p id="email-error">`. */
const marker =
  form =>
  ({ field, message }) => {
    const place = document.getElementById(`${field}-error`)
    form.elements[field]?.setAttribute?.('aria-invalid', String(message !== ''))
    if (place) place.textContent = message
    return Boolean(place)
  }

/** The form's own look at fields with such a place; the server looks again. */
function isFilledWell(form) {
  const mark = marker(form)
  const wrong = [...form.elements].filter(
    ({ name, validationMessage: message }) => name && mark({ field: name, message }) && message,
  )
  wrong[0]?.focus()
  return wrong.length === 0
}

/**
 * Sends the forms of a page with `data-api`, and by `data-edit`, if it is set, a change of something instead.
 *
 * - `changed(answer, form)`: it went well and leads nowhere. Default: the page is loaded again
 * - `read(values, form)`: the values in the form that the API wants. Default: as they are
 * - `thanksAlways`: a refusal passes for success: a fault
 *
 * It leads to `next` of the answer, or to `data-next` of the form; `data-thanks` tells what was done. Both with values of the answer.
 */
export function sendForms(
  api,
  { changed = () => location.reload(), read = values => values, thanksAlways = false } = {},
) {
  async function submit(form) {
    const values = valuesOf(form)
    const [method, path] = fill(form.dataset.edit ?? form.dataset.api, values).split(' ')
    say('[data-notice]', '')
    const answer = await api.call(path, method, method === 'DELETE' ? undefined : read(values, form), marker(form))
    if (!answer && !thanksAlways) return
    const next = answer?.next || fill(form.dataset.next ?? '', answer)
    if (next) return location.assign(next)
    delete form.dataset.edit
    if (form.dataset.thanks) {
      say('[data-notice]', fill(form.dataset.thanks, answer))
      form.reset()
    }
    await changed(answer, form)
  }
  document.addEventListener('submit', async event => {
    const form = event.target
    if (!form.dataset.api) return
    event.preventDefault()
    if (!isFilledWell(form)) return
    const button = find('button:not([type=button])', form)
    button.disabled = true
    await submit(form).finally(() => {
      button.disabled = false
    })
  })
}
