import { defineSystem, objective } from '#vedette'
import { requirements } from './requirements.ts'

export default defineSystem('cod-admin', import.meta.dirname, {
  title: 'E-commerce COD Admin',
  url: {
    web: { env: 'COD_ADMIN_URL', environments: { local: 'http://127.0.0.1:7105' } },
    plain: { env: 'COD_ADMIN_PLAIN_URL', environments: { local: 'http://127.0.0.1:7106' } },
    https: { env: 'COD_ADMIN_HTTPS_URL', environments: { local: 'https://127.0.0.1:7107' } },
    mailbox: { env: 'COD_ADMIN_MAILBOX_URL', environments: { local: 'http://127.0.0.1:7108/mailbox' } },
  },
  owners: { p0: 'oncall', p1: 'backend', p2: 'design' },
  requirements,
  objectives: [objective('availability', { from: 'COD-08' })],
  checks: [],
})
