// The platform's front end: fills the pages from the API.

const find = selector => document.querySelector(selector)
const tokens = () => JSON.parse(localStorage.getItem('tokens') ?? '{}')
const keep = given => localStorage.setItem('tokens', JSON.stringify(given))
const id = () => location.pathname.split('/').at(-1)

function say(selector, text) {
  const place = find(selector)
  place.textContent = text
  place.hidden = text === ''
}

const send = (path, method, body) =>
  fetch(path, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(tokens().access_token ? { authorization: `Bearer ${tokens().access_token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

async function refresh() {
  const { refresh_token } = tokens()
  const response = refresh_token && (await send('/api/auth/refresh', 'POST', { refresh_token }))
  if (response?.ok) keep(await response.json())
  return response?.ok ?? false
}

/** Calls the API; an access token that ran out is refreshed once. Answers the body, or undefined after showing the error. */
async function call(path, method = 'GET', body = undefined) {
  say('[data-error]', '')
  let response = await send(path, method, body)
  if (response.status === 401 && path !== '/api/auth/login' && (await refresh()))
    response = await send(path, method, body)
  if (response.ok) return response.json()
  const problem = await response.json().catch(() => ({ detail: `the platform answered ${response.status}` }))
  if (response.status === 401 && path !== '/api/auth/login') location.assign('/')
  say('[data-error]', problem.detail)
}

const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more)
const facts = (place, entries) =>
  find(place).replaceChildren(
    ...Object.entries(entries).flatMap(([name, text]) => [
      element('dt', name),
      element('dd', text, { ariaLabel: name }),
    ]),
  )
const money = cents => `$${(cents / 100).toFixed(2)}`

let catalogue
let shown

/** Prepares a payment and leads to the provider, who leads back with `?reference=`. */
async function pay(path, values, amount, more = {}) {
  const return_url = location.origin + location.pathname
  const answer = await call(path, 'POST', { ...values, ...more, amount, currency: 'USD', return_url })
  if (answer) location.assign(answer.checkout_url)
}

async function tellPayment() {
  const reference = new URLSearchParams(location.search).get('reference')
  const payment = reference && (await call(`/api/payments/${reference}`))
  if (payment) say('[data-notice]', `The payment ${payment.id} ${payment.state}`)
}

const forms = {
  'sign-in': async values => {
    const answer = await call('/api/auth/login', 'POST', values)
    if (!answer) return
    keep(answer)
    location.assign('/assessments')
  },
  start: async values => {
    const answer = await call('/api/assessments', 'POST', values)
    if (answer) location.assign(`/assessments/${answer.id}`)
  },
  answers: async answers => {
    const answer = await call(`/api/assessments/${id()}/tiers/${shown.tier}/responses`, 'POST', { answers })
    if (!answer) return
    showAssessment(answer)
    say('[data-notice]', 'The answers are saved')
  },
  'pay-tier': values => {
    const { price, tier } = nextTier()
    return pay('/api/payments', values, price, { assessment_id: id(), tier })
  },
  help: async values => {
    const answer = await call('/api/ai/help', 'POST', values)
    if (answer) find('[data-answer]').textContent = answer.answer
  },
  request: async values => {
    const answer = await call('/api/service-requests', 'POST', values)
    if (answer) location.assign(`/requests/${answer.id}`)
  },
  'pay-request': values => pay(`/api/service-requests/${id()}/payments`, values, shown.price),
}

const tiers = () => catalogue.areas.find(area => area.id === shown.area).tiers
const nextTier = () => tiers().find(({ tier }) => tier === shown.tier + 1)

function showAssessment(assessment) {
  if (!assessment) return
  shown = assessment
  const { result, answers, tier } = assessment
  facts('[data-result]', { Area: assessment.area, Score: `${result.score} of 100`, Level: result.level })
  const now = tiers().find(item => item.tier === tier)
  find('[data-tier]').textContent = `Tier ${tier}: ${now.title}`
  find('[data-questions]').replaceChildren(...now.questions.map(question => questionOf(question, answers[question.id])))
  const next = nextTier()
  find('[data-next]').hidden = !next
  if (next) find('[data-price]').textContent = money(next.price)
}

function questionOf({ id: name, text }, chosen) {
  const label = element('label', `${text} `)
  const select = element('select', '', { name })
  select.append(...['', 'yes', 'partly', 'no'].map(value => element('option', value, { value })))
  select.value = chosen ?? ''
  label.append(select)
  return label
}

function showRequest(request) {
  if (!request) return
  shown = request
  facts('[data-request]', { Service: request.service, Need: request.description, State: request.state })
  find('[data-price]').textContent = money(request.price)
  find('.pay').hidden = request.state === 'paid'
}

document.addEventListener('submit', async event => {
  event.preventDefault()
  const { target } = event
  await forms[target.dataset.form](Object.fromEntries(new FormData(target)))
})
find('[data-sign-out]').addEventListener('click', () => {
  localStorage.removeItem('tokens')
  location.assign('/')
})

if (find('[data-assessments]')) {
  const list = await call('/api/assessments')
  const items = (list?.assessments ?? []).map(({ id: name, title, result }) => {
    const item = element('li', '')
    item.append(element('a', `${title}: ${result.level}`, { href: `/assessments/${name}` }))
    return item
  })
  find('[data-assessments]').replaceChildren(...(items.length > 0 ? items : [element('li', 'None yet')]))
} else if (find('[data-result]')) {
  catalogue = await call('/api/catalogue')
  showAssessment(await call(`/api/assessments/${id()}`))
  await tellPayment()
} else if (find('[data-request]')) {
  showRequest(await call(`/api/service-requests/${id()}`))
  await tellPayment()
}
