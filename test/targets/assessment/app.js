// The platform's front end: what its pages do beside showing what the API has, and sending what was typed.

import { createApi, element, fill, find, keepTokens, say, subject } from './api.js'
import { showData } from './data.js'
import { sendForms } from './forms.js'

const tokens = keepTokens({ access: 'access_token', refresh: 'refresh_token', tokensOf: answer => answer })
const api = createApi({ ...tokens, refused: () => location.assign('/') })
const data = showData(api)

/** What is paid next on this page: a tier of the assessment, or the request. */
let toPay

sendForms(api, {
  changed(answer) {
    if (!answer.access_token) return data.show()
    tokens.keep(answer)
    location.assign('/assessments')
  },
  read(values, form) {
    if (form.matches('.pay form')) {
      const subjectOf = toPay.tier ? { assessment_id: subject, tier: toPay.tier } : {}
      return {
        ...values,
        ...subjectOf,
        amount: toPay.price,
        currency: 'USD',
        return_url: location.origin + location.pathname,
      }
    }
    if (!('tier' in values)) return values
    const { tier: _, ...answers } = values
    return { answers }
  },
})
tokens.offerSignOut('/')

function offer(payment) {
  toPay = payment
  find('.pay').hidden = payment === undefined
  if (payment) find('[data-price]').textContent = `$${(payment.price / 100).toFixed(2)}`
}

async function showTier({ area, tier, answers }) {
  const { areas } = await api.call('/api/catalogue')
  const { tiers } = areas.find(({ id }) => id === area)
  const now = tiers.find(item => item.tier === tier)
  find('[data-tier]').textContent = `Tier ${tier}: ${now.title}`
  find('[name=tier]').value = tier
  find('[data-questions]').replaceChildren(...now.questions.map(question => questionOf(question, answers[question.id])))
  offer(tiers.find(item => item.tier === tier + 1))
}

function questionOf({ id: name, text }, chosen) {
  const label = element('label', `${text} `)
  const select = element('select', '', { name })
  select.append(...['', 'yes', 'partly', 'no'].map(value => element('option', value, { value })))
  select.value = chosen ?? ''
  label.append(select)
  return label
}

find('[data-facts]')?.addEventListener('shown', ({ detail }) =>
  detail.area ? showTier(detail) : offer(detail.state === 'paid' ? undefined : detail),
)
await data.start()

const list = find('[data-assessments]')
if (list) {
  const { assessments } = (await api.call('/api/assessments')) ?? { assessments: [] }
  const links = assessments.map(item =>
    element('a', fill('{title}: {result.level}', item), { href: `/assessments/${item.id}` }),
  )
  const items = (links.length > 0 ? links : ['None yet']).map(content => {
    const item = element('li')
    item.append(content)
    return item
  })
  list.replaceChildren(...items)
}
// The provider leads back with the payment.
const reference = new URLSearchParams(location.search).get('reference')
const payment = reference && (await api.call(`/api/payments/${reference}`))
if (payment) say('[data-notice]', fill('The payment {id} {state}', payment))
