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
  // Of objectives: what no single trouble explains.
  owners: { p0: 'devops', p1: 'devops', p2: 'devops' },
  escalation: [
    // A grade that falls is over a threshold too, and slows nobody down.
    { checks: ['!headers'], causes: ['slow'], severity: 'p1', owner: 'devops' },
    { checks: ['ASM-01', 'ASM-02', 'ASM-03'], severity: 'p0', owner: 'revenue', within: '1m' },
    { checks: ['ASM-16', 'ASM-17', 'ASM-18', 'ASM-29', 'ASM-30'], severity: 'p0', owner: 'security', within: '1m' },
    { checks: ['ASM-15', '!health-blue', '!health-green'], severity: 'p0', owner: 'database', within: '1m' },
    { checks: ['ASM-04', 'ASM-05', 'ASM-06', 'ASM-07', 'ASM-09', 'ASM-10'], severity: 'p1', owner: 'engineering' },
    { checks: ['health-blue', 'health-green', 'ASM-19', 'ASM-25', 'ASM-32'], severity: 'p1', owner: 'devops' },
    { checks: ['ASM-08', 'ASM-11'], severity: 'p1', owner: 'product' },
    { checks: ['ASM-31'], severity: 'p2', owner: 'design' },
    { severity: 'p2', owner: 'product' },
  ],
  requirements,
  objectives: [
    objective('success', { from: 'ASM-12' }),
    objective('response-time', { from: 'ASM-14' }),
    objective('escalation', { from: 'ASM-22' }),
    objective('dashboard', { from: 'ASM-23' }),
  ],
  checks: [
    check('health', {
      probe: http('/health/dependencies', { expect: { status: 200, json: health } }),
      every: '30s',
      timeout: '5s',
      failures: 3,
      covers: ['ASM-15'],
    }),
    ...(['blue', 'green'] as const).map(origin =>
      check(`health-${origin}`, {
        title: `The ${origin} instance and its dependencies`,
        probe: http('/health/dependencies', { origin, expect: { status: 200, json: { ...health, instance: origin } } }),
        every: '1m',
        timeout: '5s',
        covers: ['ASM-15'],
      }),
    ),
    check('certificate', {
      probe: tls({ origin: 'https', daysLeft: limit('ASM-25'), names: [certificate.host], ...certificate.trust }),
      every: '6h',
      covers: ['ASM-25'],
    }),
    check('headers', {
      title: 'Security headers and their grade',
      probe: headers('/', { origin: 'https', plain: 'plain', grade: limit('ASM-16'), ...certificate.trust }),
      every: '1h',
      covers: ['ASM-16'],
    }),
    playwright('./journeys', { project: 'desktop', timeout: '30s' }),
    playwright('./security', { project: 'desktop', every: '15m', timeout: '30s', screenshots: 'off' }),
    // They spend whole windows of calls, so once a day, without a second try, and in `smoke` only when named.
    playwright('./limits', {
      project: 'desktop',
      cron: '23 3 * * *',
      timeout: '1m',
      retry: { attempts: 0 },
      screenshots: 'off',
      smoke: false,
    }),
    playwright('./janitor', { project: 'desktop', cron: '47 4 * * *', screenshots: 'off', smoke: false }),
  ],
})
