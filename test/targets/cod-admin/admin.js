// The shop's front end: fills the pages from the API, and keeps them up to date through a WebSocket.

const find = selector => document.querySelector(selector)
const build = JSON.parse(find('meta[name=build]').content)
const tokens = () => JSON.parse(localStorage.getItem('tokens') ?? '{}')
const keep = given => localStorage.setItem('tokens', JSON.stringify(given))

function say(selector, text) {
  const place = find(selector)
  place.textContent = text
  place.hidden = text === ''
}

function send(path, method, body) {
  if (build.logs) console.log(`API request: ${method} ${path}`, body ?? '')
  return fetch(path, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(tokens().accessToken ? { authorization: `Bearer ${tokens().accessToken}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

async function refresh() {
  const { refreshToken } = tokens()
  const response = refreshToken && (await send('/api/auth/refresh', 'POST', { refreshToken }))
  if (response?.ok) keep((await response.json()).tokens)
  return response?.ok ?? false
}

/** Calls the API; an access token that ran out is refreshed once. Answers the body, or undefined after showing the error. */
async function call(path, method = 'GET', body = undefined) {
  say('[data-error]', '')
  let response = await send(path, method, body)
  if (response.status === 401 && !path.startsWith('/api/auth') && (await refresh()))
    response = await send(path, method, body)
  const answer = response.status === 204 ? {} : await response.json()
  if (response.ok) return answer
  if (response.status === 401 && !path.startsWith('/api/auth')) location.assign('/')
  say('[data-error]', answer.errors?.map(error => `${error.field}: ${error.message}`).join('; ') ?? answer.error)
}

const kept = new Map()
/** Reads from the API; the same again within some seconds is asked for once. */
function read(path) {
  const before = kept.get(path)
  if (before && Date.now() - before.at < build.keepMs) return before.answer
  const answer = call(path)
  kept.set(path, { at: Date.now(), answer })
  return answer
}

let asked = 0
/** Shows an answer unless something newer was asked for meanwhile. */
async function showLatest(answering, show) {
  const mine = ++asked
  const answer = await answering
  if (answer && mine === asked) show(answer)
}

async function enter(answer) {
  if (!answer) return
  keep(answer.tokens)
  location.assign('/orders')
}

const forms = {
  'sign-in': async values => enter(await call('/api/auth/login', 'POST', values)),
  register: async values => enter(await call('/api/auth/register', 'POST', values)),
  forgot: async values => {
    const answer = await call('/api/auth/forgot-password', 'POST', values)
    if (answer) say('[data-notice]', answer.message)
  },
  reset: async values => {
    const token = new URLSearchParams(location.search).get('token')
    const answer = await call('/api/auth/reset-password', 'POST', { ...values, token })
    if (answer) say('[data-notice]', answer.message)
  },
  status: values => showLatest(call(`/api${location.pathname}/status`, 'PATCH', values), showOrder),
  agent: values => showLatest(call(`/api${location.pathname}/agent`, 'PATCH', values), showOrder),
  workflow: async ({ name, action }) => {
    if (await call('/api/workflows', 'POST', { name, actions: [{ type: action }] })) showWorkflows()
  },
  checkout: async (values, form) => {
    const order = { ...values, amount: Number(values.amount) }
    const answer = await call(`/api/public/forms/${form.dataset.slug}/orders`, 'POST', order)
    if (answer) say('[data-notice]', `${answer.message}. Its number is #${answer.number}.`)
  },
}

const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more)

/** Terms and their values; each value can be found by its term. */
const list = facts =>
  Object.entries(facts).flatMap(([name, text]) => [element('dt', name), element('dd', text, { ariaLabel: name })])

const query = () => new URLSearchParams(location.search)

const loadOrders = () => showLatest(call(`/api/orders?${query()}`), showOrders)

function showOrders(list) {
  find('[data-orders]').replaceChildren(
    ...list.orders.map(order => {
      const row = element('tr', '')
      const name = element('td', '')
      name.append(element('a', `#${order.number}`, { href: `/orders/${order.id}` }))
      row.append(name, ...[order.customer, order.phone, order.amount, order.state].map(text => element('td', text)))
      if (build.trustsText) row.children[1].innerHTML = order.customer
      return row
    }),
  )
  say('[data-total]', `${list.total} orders`)
  say('[data-position]', `Page ${list.page} of ${list.pages}`)
  find('[data-page="-1"]').disabled = list.page <= 1
  find('[data-page="1"]').disabled = list.page >= list.pages
}

function go(change) {
  const next = query()
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  history.pushState({}, '', `?${next}`)
  loadOrders()
}

function showOrder(order) {
  find('h1').textContent = `Order #${order.number}`
  const facts = {
    Customer: order.customer,
    Phone: order.phone,
    Address: order.address,
    Amount: order.amount,
    Status: order.state,
    Agent: order.agent ?? 'nobody yet',
    Tags: order.tags.join(', '),
  }
  find('[data-order]').replaceChildren(...list(facts))
  find('[name=status]').replaceChildren(...order.nextStates.map(state => element('option', state)))
}

const loadOrder = () => showLatest(call(`/api${location.pathname}`), showOrder)

async function loadAgents() {
  const answer = await read('/api/agents')
  find('[name=agent]').replaceChildren(
    ...(answer?.entries ?? []).map(({ id, name }) => element('option', name, { value: id })),
  )
}

async function showFigures() {
  const answer = await read('/api/analytics')
  if (!answer) return
  const figure = value => new Intl.NumberFormat('en').format(value)
  find('[data-figures]').replaceChildren(
    ...list({
      Orders: figure(answer.orders),
      Delivered: figure(answer.delivered),
      Revenue: figure(answer.revenue),
    }),
  )
}

async function showWorkflows() {
  const answer = await call('/api/workflows')
  if (answer)
    find('[data-workflows]').replaceChildren(
      ...answer.workflows.map(({ name, actions }) =>
        element('li', `${name}: ${actions.map(({ type }) => type).join(', ')}`),
      ),
    )
}

function listen(changed) {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket.io?token=${tokens().accessToken}`)
  socket.onmessage = event => {
    const message = JSON.parse(event.data)
    if (message.type === 'order') changed(message)
  }
}

/** A fault of the page is reported, and shown with a way back. */
function breakDown(error) {
  const report = { message: String(error?.message ?? error), path: location.pathname }
  if (build.reports) send('/api/page-errors', 'POST', report)
  find('main').replaceChildren()
  if (!build.catches) return
  find('main').append(
    element('h1', 'Something went wrong'),
    element('p', 'We have been told. '),
    element('a', 'Back to the orders', { href: '/orders' }),
  )
}
addEventListener('error', event => breakDown(event.error))
addEventListener('unhandledrejection', event => breakDown(event.reason))

document.addEventListener('submit', event => {
  const { form: purpose } = event.target.dataset
  const values = Object.fromEntries(new FormData(event.target))
  event.preventDefault()
  if (purpose) forms[purpose](values, event.target)
  else go({ ...values, page: '' })
})
document.addEventListener('click', event => {
  if ('signOut' in event.target.dataset) {
    localStorage.removeItem('tokens')
    location.assign('/')
  }
  if ('refresh' in event.target.dataset) showFigures()
  if (event.target.dataset.page)
    go({ page: String(Number(query().get('page') ?? 1) + Number(event.target.dataset.page)) })
})
addEventListener('popstate', () => find('[data-orders]') && loadOrders())

if (find('[data-orders]')) {
  for (const [name, value] of query()) {
    const input = find(`[data-filter] [name="${name}"]`)
    if (input) input.value = value
  }
  await loadOrders()
  listen(loadOrders)
} else if (find('[data-order]')) {
  await Promise.all([loadOrder(), loadAgents()])
  listen(({ order }) => order.id === location.pathname.split('/').at(-1) && loadOrder())
} else if (find('[data-figures]')) await showFigures()
else if (find('[data-workflows]')) await showWorkflows()
