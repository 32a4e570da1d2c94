// The portal's front end. Pages say with `data-` attributes what they are made of; this fills them from the API and sends their forms.

const main = document.querySelector('main')
export const find = selector => document.querySelector(selector)
const findAll = selector => [...document.querySelectorAll(selector)]
export const broken = id => main.dataset.faults.split(' ').includes(id)
/** The last part of the address: the doctor or patient that the page is about. */
export const subject = decodeURIComponent(location.pathname.split('/').at(-1))

const tokens = () => JSON.parse(localStorage.getItem('tokens') ?? '{}')
const keep = given => localStorage.setItem('tokens', JSON.stringify(given))
const signInPage = '/auth/login'

export function say(selector, text) {
  const place = find(selector)
  place.textContent = text
  place.hidden = text === ''
}

const send = (path, { method = 'GET', json, body = json && JSON.stringify(json) } = {}) =>
  fetch(path, {
    method,
    headers: {
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...(tokens().accessToken ? { authorization: `Bearer ${tokens().accessToken}` } : {}),
    },
    ...(body ? { body } : {}),
  })

let refreshing
/** Several calls at once refresh once. */
function refresh() {
  refreshing ??= (async () => {
    const { refreshToken } = tokens()
    const response = refreshToken && (await send('/api/auth/refresh', { method: 'POST', json: { refreshToken } }))
    if (response?.ok) keep((await response.json()).tokens)
    return response?.ok ?? false
  })().finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/** Asks the API; an access token that ran out is refreshed once. Answers the response, or undefined after showing the error. */
export async function ask(path, options = {}) {
  say('[data-error]', '')
  const isOpen = path.startsWith('/api/auth/')
  let response = await send(path, options).catch(() => undefined)
  if (response?.status === 401 && !isOpen && (await refresh())) response = await send(path, options)
  if (response?.ok) return response
  if (response?.status === 401 && !isOpen && 'guarded' in main.dataset && !broken('AGT-13')) location.assign(signInPage)
  const answer = await response?.json().catch(() => undefined)
  const named = answer?.errors?.map(({ field, message }) => `${field}: ${message}`).join('; ')
  say('[data-error]', named ?? answer?.error ?? 'The portal does not answer. Please try again.')
  return undefined
}

/** The answer as JSON; undefined after showing the error. */
export async function call(path, method = 'GET', json = undefined) {
  const response = await ask(path, { method, json })
  return response && (response.status === 204 ? {} : response.json())
}

export const element = (name, text, more = {}) =>
  Object.assign(document.createElement(name), { textContent: text ?? '' }, more)
const fill = (text, item) => text.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'page' ? subject : item[name]))

// Lists

let asked = 0
async function showList(table) {
  const mine = String(++asked)
  table.dataset.asked = mine
  const [path, query] = fill(table.dataset.list, {}).split('?')
  const filters = new FormData(find('[data-filter]') ?? undefined)
  const wanted = new URLSearchParams([...new URLSearchParams(query), ...[...filters].filter(([, value]) => value)])
  const answer = await call(`${path}?${wanted}`)
  // Something newer was asked for meanwhile.
  if (!answer || table.dataset.asked !== mine) return
  const fields = [...table.querySelectorAll('th[data-field]')].map(head => head.dataset.field)
  table.tBodies[0].replaceChildren(...answer.items.map(item => rowOf(table, fields, item)))
}

function rowOf(table, fields, item) {
  const row = element('tr')
  row.append(...fields.map(field => element('td', item[field])))
  if (table.dataset.link) {
    const link = element('a', item[fields[0]], { href: fill(table.dataset.link, item) })
    row.firstChild.replaceChildren(link)
  }
  const actions = table.parentElement.nextElementSibling
  if (actions?.tagName !== 'TEMPLATE') return row
  const buttons = [...actions.content.cloneNode(true).children].filter(({ dataset }) => {
    const [field, value] = dataset.when.split('=')
    return !field || item[field] === value
  })
  for (const button of buttons) button.onclick = () => act(button.dataset, item)
  const place = element('td')
  place.append(...buttons)
  row.append(place)
  return row
}

async function act({ act, body }, item) {
  const [verb, ...rest] = fill(act, item).split(' ')
  if (verb === 'DOWNLOAD') return download(rest[0])
  if (verb === 'EDIT') return edit(rest.join(' '), item)
  const json = JSON.parse(fill(body, item))
  if (await call(rest[0], verb, verb === 'DELETE' ? undefined : json)) showLists()
}

async function download(path) {
  const response = await ask(path)
  if (!response) return
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition'))?.[1]
  const link = element('a', '', { href: URL.createObjectURL(await response.blob()), download: name })
  link.click()
  URL.revokeObjectURL(link.href)
}

/** The form above the list takes the row, and sends its change. */
function edit(target, item) {
  const form = find('form[data-send]')
  form.dataset.edit = target
  for (const input of form.elements) if (input.name) input.value = item[input.name]
  form.elements[0].focus()
}

const showLists = (selector = '[data-list]') => Promise.all(findAll(selector).map(showList))

async function showFacts(list) {
  const answer = await call(list.dataset.facts)
  for (const place of list.querySelectorAll('dd')) place.textContent = answer?.[place.dataset.field] ?? '–'
  if (broken('AGT-11')) main.before(element('p', 'News of today', { className: 'late' }))
}

async function showOptions(select) {
  const answer = await call(select.dataset.options)
  for (const item of answer?.items ?? []) {
    select.append(element('option', fill(select.dataset.text, item), { value: item.id }))
  }
}

// Forms

function valuesOf(form) {
  const values = Object.fromEntries(new FormData(form))
  for (const input of form.elements) {
    if (input.type === 'number') values[input.name] = input.valueAsNumber
    if (input.dataset.rows) values[input.name] = rowsOf(input.value, input.dataset.rows.split(','))
  }
  return values
}

/** Lines such as `Ann, ann@example.com` as objects. */
const rowsOf = (text, names) =>
  text
    .split('\n')
    .filter(line => line.trim())
    .map(line => Object.fromEntries(line.split(',').map((value, index) => [names[index], value.trim()])))

async function sendForm(form) {
  const values = valuesOf(form)
  const [verb, path] = fill(form.dataset.edit ?? form.dataset.send, values).split(' ')
  say('[data-notice]', '')
  const answer = await call(path, verb, values)
  if (!answer && !broken('AGT-55')) return
  delete form.dataset.edit
  say('[data-notice]', fill(form.dataset.thanks, answer ?? {}))
  form.reset()
  await showLists()
}

async function enter(answer) {
  keep(answer.tokens)
  location.assign(broken('AGT-12') ? signInPage : '/dashboard')
}

let challenge
async function signIn(form) {
  const answer = await call('/api/auth/login', 'POST', valuesOf(form))
  if (!answer?.secondFactor) return answer && enter(answer)
  challenge = answer.challenge
  form.hidden = true
  find('[data-second-factor]').hidden = false
  find('[name=code]').focus()
}

async function confirmCode(form) {
  const answer = await call('/api/auth/verify', 'POST', { ...valuesOf(form), challenge })
  if (answer) enter(answer)
}

document.addEventListener('submit', event => {
  event.preventDefault()
  const form = event.target
  if ('filter' in form.dataset) showLists()
  if ('send' in form.dataset) sendForm(form)
  if ('signIn' in form.dataset) signIn(form)
  if ('secondFactor' in form.dataset) confirmCode(form)
})

document.addEventListener('click', ({ target }) => {
  if ('menu' in target.dataset) target.ariaExpanded = String(find('header').classList.toggle('open'))
  if ('signOut' in target.dataset) {
    localStorage.removeItem('tokens')
    location.assign(signInPage)
  }
})

// Live updates

const longestWait = 5_000
/** After a break it connects again, and asks for what may have changed meanwhile. */
function listen(wait = 250, isAgain = false) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/socket?token=${tokens().accessToken}`)
  socket.onmessage = event => {
    const { type } = JSON.parse(event.data)
    if (type !== 'welcome') return showLists(`[data-live=${type}]`)
    wait = 250
    if (isAgain) showLists('[data-live]:not([data-live=""])')
  }
  socket.onclose = () => {
    if (!broken('AGT-51')) setTimeout(listen, wait, Math.min(wait * 2, longestWait), true)
  }
}

async function start() {
  navigator.serviceWorker?.register('/service-worker.js').catch(() => {})
  if ('guarded' in main.dataset && !tokens().accessToken && !broken('AGT-13')) return location.replace(signInPage)
  for (const input of findAll('[data-filter] [name]')) {
    input.value = new URLSearchParams(location.search).get(input.name) ?? input.value
  }
  const filled = [...findAll('[data-facts]').map(showFacts), ...findAll('[data-options]').map(showOptions), showLists()]
  if (find('[data-live]:not([data-live=""])')) listen()
  if (broken('AGT-60')) fetch('http://localhost:3000/api/dashboard/stats').catch(() => {})
  if (broken('AGT-56') && main.dataset.page === '/customers') throw new Error('customers is not defined')
  await Promise.all(filled)
}

start()
