import { check, defineSystem, heartbeat, http, limit, objective, playwright, tls } from '#vedette'
import { certificateAt } from '../support/reference.ts'
import { referenceUrls } from './reference.ts'
import { requirements } from './requirements.ts'

const certificate = certificateAt(process.env['DENTAL_HTTPS_URL'])

/** What to do at three in the morning: of a real system an address of its own. */
const runbook = process.env['DENTAL_RUNBOOK_URL'] ?? '/runbook'

/** Refused; should one of them be kept, the janitor finds it by its mark. */
const booking = { clinic: 'centro', service: 'limpeza', name: 'synthetic-probe', phone: '(11) 90000-0000' }
const refused = { status: [400, 422], json: { error: /./, 'errors[0].field': 'start', 'errors[0].message': /./ } }

export default defineSystem('dental', import.meta.dirname, {
  title: 'TopSmile',
  url: {
    web: { env: 'DENTAL_URL', environments: { local: referenceUrls.web } },
    plain: { env: 'DENTAL_PLAIN_URL', environments: { local: referenceUrls.plain } },
    https: { env: 'DENTAL_HTTPS_URL', environments: { local: referenceUrls.https } },
    instance1: { env: 'DENTAL_INSTANCE1_URL', environments: { local: referenceUrls.instance1 } },
    instance2: { env: 'DENTAL_INSTANCE2_URL', environments: { local: referenceUrls.instance2 } },
    instance3: { env: 'DENTAL_INSTANCE3_URL', environments: { local: referenceUrls.instance3 } },
  },
  // Behind a balancer a release is live when every instance has it.
  revision: { path: '/version', json: 'revision', origins: ['web', 'instance1', 'instance2', 'instance3'] },
  owners: { p0: 'oncall', p1: 'backend', p2: 'design' },
  requirements,
  runbook: new URL(runbook, process.env['DENTAL_URL'] ?? referenceUrls.web).href,
  objectives: [
    objective('availability', { from: 'DNT-02' }),
    objective('errors', { from: 'DNT-03' }),
    objective('detection', { from: 'DNT-04' }),
    objective('recovery', { from: 'DNT-05' }),
    objective('answers', { from: 'DNT-06' }),
    objective('dashboard', { from: 'DNT-41' }),
  ],
  checks: [
    heartbeat('backup', {
      title: 'Backup of MongoDB and Redis',
      every: '26h',
      parts: ['mongodb', 'redis'],
      facts: [limit('DNT-07'), limit('DNT-09')],
      severity: 'p0',
      smoke: false,
      covers: ['DNT-07', 'DNT-09'],
    }),
    heartbeat('restore', {
      title: 'A backup was restored and verified',
      every: limit('DNT-08'),
      smoke: false,
      covers: ['DNT-08'],
    }),
    check('health', {
      probe: http('/health', {
        expect: { json: { status: 'ok', 'services.mongodb': 'ok', 'services.redis': 'ok' } },
      }),
      every: '30s',
      timeout: '5s',
      failures: 3,
      severity: 'p0',
      covers: ['DNT-10'],
    }),
    check('runbook', {
      title: 'The runbook that alerts lead to is there',
      probe: http(runbook, { expect: { text: /\S/ } }),
      every: '15m',
      severity: 'p2',
      covers: ['DNT-39'],
    }),
    check('api-speed', {
      probe: http('/api/clinics', { samples: 20, expect: { duration: limit('DNT-01') } }),
      every: '5m',
      timeout: '30s',
      covers: ['DNT-01'],
    }),
    check('redirect', {
      title: 'Plain HTTP leads to HTTPS',
      probe: http('/agendar?clinica=centro', {
        origin: 'plain',
        expect: { status: [301, 308], redirect: /^https:\/\/[^/]+\/agendar\?clinica=centro$/ },
      }),
      every: '5m',
      covers: ['DNT-25'],
    }),
    check('documentation', {
      probe: http('/api-docs', { expect: { text: /swagger/i } }),
      every: '15m',
      severity: 'p2',
      covers: ['DNT-31'],
    }),
    check('documentation-openapi', {
      title: 'The documentation is an OpenAPI description',
      probe: http('/api-docs/openapi.json', {
        expect: { json: { openapi: /^3\./, paths: { type: 'object' }, 'info.title': /./ } },
      }),
      every: '15m',
      severity: 'p2',
      covers: ['DNT-31'],
    }),
    check('booking-on-30-february', {
      probe: http('/api/bookings', { json: { ...booking, start: '2099-02-30T09:00' }, expect: refused }),
      every: '15m',
      covers: ['DNT-34'],
    }),
    check('booking-in-month-13', {
      probe: http('/api/bookings', { json: { ...booking, start: '2099-13-45T09:00' }, expect: refused }),
      every: '15m',
      covers: ['DNT-34'],
    }),
    check('certificate', {
      probe: tls({ origin: 'https', daysLeft: limit('DNT-35'), names: [certificate.host], ...certificate.trust }),
      every: '6h',
      covers: ['DNT-35'],
    }),
    playwright('./journeys', { project: 'desktop', timeout: '30s', severity: 'p0' }),
    playwright('./security', { project: 'desktop', every: '15m', timeout: '30s', screenshots: 'off' }),
    playwright('./audits', { project: 'desktop', every: '1h', timeout: '1m', severity: 'p2', screenshots: 'off' }),
    // It spends a whole window of calls, so once a day, without a second try, and in `smoke` only when named.
    playwright('./limits', {
      project: 'desktop',
      cron: '27 3 * * *',
      timeout: '1m',
      retry: { attempts: 0 },
      screenshots: 'off',
      smoke: false,
    }),
    playwright('./janitor', { project: 'desktop', cron: '53 4 * * *', screenshots: 'off', smoke: false }),
  ],
})
