// The shop's front end: what its pages do beside showing what the API has, and sending what was typed.

import { createApi, element, find, findAll, keepTokens, say, showFailure } from './api.js'
import { followLive, showData } from './data.js'
import { sendForms } from './forms.js'

const build = JSON.parse(find('meta[name=build]').content)
const query = new URLSearchParams(location.search)

const tokens = keepTokens({ access: 'accessToken', refresh: 'refreshToken', tokensOf: answer => answer.tokens })
const { ask, call } = createApi({ ...tokens, refused: () => location.assign('/') })
const api = {
  ask,
  call(path, ...more) {
    if (build.logs) console.log('API request:', path, ...more)
    return call(path, ...more)
  },
}

/** A fault of the page is reported, and shown with a way back. */
function breakDown(error) {
  const report = { message: String(error?.message ?? error), path: location.pathname }
  if (build.reports) call('/api/page-errors', 'POST', report)
  if (build.catches) showFailure('We have been told.', 'Back to the orders', '/orders')
  else find('main').replaceChildren()
}
addEventListener('error', event => breakDown(event.error))
addEventListener('unhandledrejection', event => breakDown(event.reason))

const data = showData(api)
sendForms(api, {
  changed(answer) {
    if (!answer.tokens) return data.show()
    tokens.keep(answer)
    location.assign('/orders')
  },
  read({ action, ...values }) {
    if (action) return { ...values, actions: [{ type: action }] }
    return query.has('token') ? { ...values, token: query.get('token') } : values
  },
})
tokens.offerSignOut('/')

const steps = findAll('[data-step]')
find('[data-list]')?.addEventListener('shown', ({ detail: { orders, total, page, pages } }) => {
  if (!orders) return
  say('[data-total]', `${total} orders`)
  say('[data-position]', `Page ${page} of ${pages}`)
  for (const button of steps) {
    const next = page + Number(button.dataset.step)
    button.disabled = next < 1 || next > pages
    button.onclick = () => data.go({ page: String(next) })
  }
  if (build.trustsText)
    for (const [index, row] of findAll('tbody tr').entries()) row.cells[1].innerHTML = orders[index].customer
})

let shownAt = 0
find('[data-facts]')?.addEventListener('shown', ({ detail: { number, nextStates } }) => {
  shownAt = Date.now()
  if (!nextStates) return
  find('h1').textContent = `Order #${number}`
  find('[name=status]').replaceChildren(...nextStates.map(state => element('option', state)))
})
// What was read some seconds ago is still good.
find('[data-refresh]')?.addEventListener('click', () => Date.now() - shownAt >= build.keepMs && data.show())

await data.start()
followLive({ path: '/socket.io', token: tokens.access, show: data.show })
