import { check, defineSystem, headers, http, limit, objective, playwright, tls } from '#vedette'
import { certificateAt } from '../support/reference.ts'
import { referenceUrls } from './reference.ts'
import { requirements } from './requirements.ts'

const certificate = certificateAt(process.env['ASSESSMENT_HTTPS_URL'])

const health = {
  status: 'ok',
  'dependencies.database': 'up',
  'dependencies.payments': 'up',
  'dependencies.model': 'up',
}

/** Journeys in which money moves. */
const paying = '@ASM-(01|03|31)\\b'

export default defineSystem('assessment', import.meta.dirname, {
  title: 'Assessment and service-request platform',
  url: {
    web: { env: 'ASSESSMENT_URL', environments: { local: referenceUrls.web } },
    plain: { env: 'ASSESSMENT_PLAIN_URL', environments: { local: referenceUrls.plain } },
    https: { env: 'ASSESSMENT_HTTPS_URL', environments: { local: referenceUrls.https } },
    blue: { env: 'ASSESSMENT_BLUE_URL', environments: { local: referenceUrls.blue } },
    green: { env: 'ASSESSMENT_GREEN_URL', environments: { local: referenceUrls.green } },
  },
  revision: { path: '/version', json: 'revision' },
  owners: { p0: 'revenue', p1: 'product', p2: 'design', slow: 'devops' },
  requirements,
  objectives: [
    objective('success', { from: 'ASM-12' }),
    objective('response-time', { from: 'ASM-14' }),
    objective('dashboard', { from: 'ASM-23' }),
  ],
  checks: [
    check('health', {
      probe: http('/health/dependencies', { expect: { status: 200, json: health } }),
      every: '30s',
      timeout: '5s',
      failures: 3,
      severity: 'p0',
      owner: 'database',
      covers: ['ASM-15'],
    }),
    ...(['blue', 'green'] as const).map(origin =>
      check(`health-${origin}`, {
        title: `The ${origin} instance and its dependencies`,
        probe: http('/health/dependencies', { origin, expect: { status: 200, json: { ...health, instance: origin } } }),
        every: '1m',
        timeout: '5s',
        owner: 'devops',
        covers: ['ASM-15'],
      }),
    ),
    check('certificate', {
      probe: tls({ origin: 'https', daysLeft: limit('ASM-25'), names: [certificate.host], ...certificate.trust }),
      every: '6h',
      owner: 'devops',
      covers: ['ASM-25'],
    }),
    check('headers', {
      title: 'Security headers and their grade',
      probe: headers('/', { origin: 'https', plain: 'plain', grade: limit('ASM-16'), ...certificate.trust }),
      every: '1h',
      severity: 'p0',
      owner: 'security',
      covers: ['ASM-16'],
    }),
    playwright('./journeys', { project: 'desktop', grep: paying, every: '5m', timeout: '30s', severity: 'p0' }),
    playwright('./journeys', { project: 'desktop', grep: `^(?!.*${paying})`, every: '5m', timeout: '30s' }),
    playwright('./security', {
      project: 'desktop',
      every: '15m',
      timeout: '30s',
      screenshots: 'off',
      severity: 'p0',
      owner: 'security',
    }),
    // They spend whole windows of calls, so once a day, without a second try, and in `smoke` only when named.
    playwright('./limits', {
      project: 'desktop',
      cron: '23 3 * * *',
      timeout: '1m',
      retry: { attempts: 0 },
      screenshots: 'off',
      smoke: false,
      owner: 'security',
    }),
    playwright('./janitor', { project: 'desktop', cron: '47 4 * * *', screenshots: 'off', smoke: false }),
  ],
})
