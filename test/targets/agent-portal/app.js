// The portal's front end: what all its pages do, and the sign-in.

import { createApi, element, find, keepTokens } from './api.js'
import { followLive, showData } from './data.js'
import { sendForms } from './forms.js'

const main = find('main')
const broken = id => main.dataset.faults.split(' ').includes(id)
const door = '/auth/login'
const isGuarded = 'guarded' in main.dataset && !broken('AGT-13')
const tokens = keepTokens({ access: 'accessToken', refresh: 'refreshToken', tokensOf: answer => answer.tokens })
export const api = createApi({ ...tokens, refused: () => isGuarded && location.assign(door) })
const data = showData(api)

/** Lines such as `Ann, ann@example.com` of the bulk booking as patients. */
const patientsOf = text =>
  text.split('\n').flatMap(line => {
    const [name = '', email = ''] = line.split(',').map(value => value.trim())
    return name ? { name, email } : []
  })

/** Of a sign-in: a session, or the question for the second factor. Of all others the lists change. */
function changed(answer, form) {
  if (answer?.secondFactor) {
    form.hidden = true
    find('[data-second-factor]').hidden = false
    find('[name=challenge]').value = answer.challenge
    return find('[name=code]').focus()
  }
  if (!answer?.tokens || form.dataset.thanks) return data.show()
  tokens.keep(answer)
  location.assign(broken('AGT-12') ? door : '/dashboard')
}

function start() {
  sendForms(api, {
    changed,
    read: values => (values.patients ? { ...values, patients: patientsOf(values.patients) } : values),
    thanksAlways: broken('AGT-55'),
  })
  tokens.offerSignOut(door)
  find('[data-menu]')?.addEventListener('click', ({ target }) => {
    target.ariaExpanded = String(find('header').classList.toggle('open'))
  })
  find('[data-facts]')?.addEventListener('shown', () => {
    if (broken('AGT-11')) main.before(element('p', 'News of today', { className: 'late' }))
  })
  data.start()
  followLive({
    path: '/api/socket',
    token: tokens.access,
    show: data.show,
    connectsAgain: !broken('AGT-51'),
  })
  if (broken('AGT-60')) fetch('http://localhost:3000/api/dashboard/stats').catch(() => {})
  if (broken('AGT-56') && main.dataset.page === '/customers') throw new Error('customers is not defined')
}

navigator.serviceWorker?.register('/service-worker.js').catch(() => {})
if (isGuarded && !tokens.access()) location.replace(door)
else start()
