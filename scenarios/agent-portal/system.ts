import { check, defineSystem, headers, heartbeat, http, limit, objective, playwright, tls } from '#vedette'
import { certificateAt } from '../support/reference.ts'
import { referenceUrls } from './reference.ts'
import { requirements } from './requirements.ts'

const certificate = certificateAt(process.env['AGENT_PORTAL_HTTPS_URL'])

/** `firefox,webkit`, on machines that have them. */
const engines = process.env['AGENT_PORTAL_ENGINES']

/** What the description of the API must have: the calls of AGT-31 to AGT-35. */
const describedCalls: Readonly<Record<string, readonly string[]>> = {
  '/api/time-slots': ['get', 'post'],
  '/api/time-slots/bulk': ['put'],
  '/api/time-slots/availability': ['get'],
  '/api/time-slots/{id}': ['get'],
  '/api/payments': ['get', 'post'],
  '/api/payments/{id}': ['get'],
  '/api/payments/refund': ['post'],
  '/api/payments/webhook': ['post'],
  '/api/reports': ['get'],
  '/api/reports/generate': ['post'],
  '/api/reports/{id}/download': ['get'],
  '/api/reports/schedule': ['post'],
  '/api/reports/export': ['get'],
  '/api/reports/templates': ['get'],
  '/api/tasks': ['get', 'post'],
  '/api/tasks/{id}': ['put', 'delete'],
  '/api/tasks/{id}/status': ['patch'],
  '/api/tasks/assign': ['post'],
  '/api/tasks/bulk-update': ['put'],
  '/api/analytics/dashboard': ['get'],
  '/api/analytics/performance': ['get'],
  '/api/analytics/trends': ['get'],
  '/api/analytics/kpis': ['get'],
}
const described = Object.entries(describedCalls).flatMap(([path, methods]) =>
  methods.map(method => [`paths["${path}"].${method}`, { exists: true }] as const),
)

export default defineSystem('agent-portal', import.meta.dirname, {
  title: 'Corporate Agent Module',
  url: {
    web: { env: 'AGENT_PORTAL_URL', environments: { local: referenceUrls.web } },
    https: { env: 'AGENT_PORTAL_HTTPS_URL', environments: { local: referenceUrls.https } },
    mailbox: { env: 'AGENT_PORTAL_MAILBOX_URL', environments: { local: referenceUrls.mailbox } },
  },
  revision: { path: '/version', json: 'revision' },
  owners: { p0: 'oncall', p1: 'backend', p2: 'design' },
  requirements,
  objectives: [
    objective('availability', { from: 'AGT-05' }),
    objective('errors', { from: 'AGT-06' }),
    objective('told', { from: 'AGT-59' }),
  ],
  checks: [
    heartbeat('backup', { every: limit('AGT-46'), severity: 'p0', smoke: false, covers: ['AGT-46'] }),
    heartbeat('restore', {
      title: 'A backup was restored as a test',
      every: limit('AGT-52'),
      smoke: false,
      covers: ['AGT-52'],
    }),
    check('health', {
      probe: http('/api/health', { expect: { status: 200, json: { status: 'ok', 'database.status': 'ok' } } }),
      every: '30s',
      timeout: '5s',
      failures: 3,
      severity: 'p0',
      covers: ['AGT-30'],
    }),
    check('not-found', {
      title: 'An unknown address shows the 404 page',
      probe: http('/no-such-page', {
        expect: { status: 404, headers: { 'content-type': /html/ }, text: /not found/i },
      }),
      every: '15m',
      severity: 'p2',
      covers: ['AGT-27'],
    }),
    check('description', {
      title: 'The description of the API has its calls',
      probe: http('/api/openapi.json', { expect: { json: { openapi: /^3\./, ...Object.fromEntries(described) } } }),
      every: '1h',
      severity: 'p2',
      covers: ['AGT-57'],
    }),
    check('certificate', {
      probe: tls({ origin: 'https', daysLeft: limit('AGT-43'), names: [certificate.host], ...certificate.trust }),
      every: '6h',
      covers: ['AGT-43'],
    }),
    check('headers', {
      title: 'Security headers of a page',
      probe: headers('/auth/login', { origin: 'https', grade: limit('AGT-08'), ...certificate.trust }),
      every: '1h',
      covers: ['AGT-08'],
    }),
    playwright('./journeys', { project: 'desktop', timeout: '30s', severity: 'p0' }),
    playwright('./security', { project: 'desktop', every: '15m', timeout: '30s', screenshots: 'off' }),
    playwright('./audits', { project: 'desktop', every: '1h', timeout: '1m', screenshots: 'off', severity: 'p2' }),
    ...(engines ? [playwright('./engines', { grep: `^(${engines.replaceAll(',', '|')}) `, every: '1h' })] : []),
    // It spends a whole window of tries, so once a day, without a second try, and in `smoke` only when named.
    playwright('./limits', {
      project: 'desktop',
      cron: '23 3 * * *',
      timeout: '1m',
      retry: { attempts: 0 },
      screenshots: 'off',
      smoke: false,
    }),
    playwright('./janitor', { project: 'desktop', cron: '49 4 * * *', screenshots: 'off', smoke: false }),
  ],
})
