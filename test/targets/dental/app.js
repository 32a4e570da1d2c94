// TopSmile's front end: sends forms to the API with the CSRF token, and fills the panel of the day.

const csrfToken = document.querySelector('meta[name="csrf-token"]')?.content

const send = (method, path, body) =>
  fetch(path, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(csrfToken ? { 'x-csrf-token': csrfToken } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

/** Calls the API; an access token that ran out is exchanged once. Answers the body, or undefined after showing the error. */
async function call(method, path, body) {
  let response = await send(method, path, body)
  if (response.status === 401 && csrfToken && (await send('POST', '/api/auth/refresh')).ok)
    response = await send(method, path, body)
  const answer = response.status === 204 ? {} : await response.json()
  if (response.ok) return answer
  const place = document.querySelector('[data-error]')
  place.textContent = answer.errors?.map(error => `${error.field}: ${error.message}`).join('; ') ?? answer.error
  place.hidden = false
}

document.addEventListener('submit', async event => {
  const { api, next } = event.target.dataset
  // Forms without an address of the API are plain ones.
  if (!api) return
  event.preventDefault()
  const values = Object.fromEntries(new FormData(event.target))
  const [method, path] = api.split(' ')
  const answer = await call(method, path, Object.keys(values).length > 0 ? values : undefined)
  if (!answer) return
  const target = next || answer.next
  if (target) location.assign(target)
  else location.reload()
})

const cell = text => Object.assign(document.createElement('td'), { textContent: text })

function row(...texts) {
  const made = document.createElement('tr')
  made.append(...texts.map(cell))
  return made
}

const panel = document.querySelector('[data-panel]')
if (panel?.dataset.panel) {
  const answer = await call('GET', panel.dataset.panel)
  if (answer) {
    const rows = answer.appointments.map(({ start, name, service }) => row(start.slice(11), name, service))
    panel.querySelector('tbody').replaceChildren(...rows)
    panel.querySelector('[data-loading]').remove()
    panel.removeAttribute('aria-busy')
  }
}
//# sourceMappingURL=app.js.map
