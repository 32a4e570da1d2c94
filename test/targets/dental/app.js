// TopSmile's front end: sends forms to the API with the CSRF token, and fills the panel of the day.

import { createApi, find } from './api.js'
import { showData } from './data.js'
import { sendForms } from './forms.js'

const csrfToken = find('meta[name="csrf-token"]')?.content
const api = createApi({
  headers: () => (csrfToken ? { 'x-csrf-token': csrfToken } : {}),
  renew: async send => csrfToken !== undefined && (await send('/api/auth/refresh', 'POST')).ok,
  silence: 'O servidor não responde. Tente outra vez.',
})

sendForms(api)
const panel = find('[aria-busy]')
panel?.addEventListener(
  'shown',
  () => {
    find('[data-loading]').remove()
    panel.removeAttribute('aria-busy')
  },
  true,
)
showData(api).start()
//# sourceMappingURL=app.js.map
