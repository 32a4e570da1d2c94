import { check, defineSystem, headers, http, limit, objective, playwright, tls } from '#vedette'
import { figure } from '../support/figures.ts'
import { certificateAt } from '../support/reference.ts'
import { referenceUrls } from './reference.ts'
import { requirements } from './requirements.ts'

const certificate = certificateAt(process.env['THERAPY_HTTPS_URL'])

export default defineSystem('therapy', import.meta.dirname, {
  title: 'Therapy platform',
  url: {
    web: { env: 'THERAPY_URL', environments: { local: referenceUrls.web } },
    plain: { env: 'THERAPY_PLAIN_URL', environments: { local: referenceUrls.plain } },
    https: { env: 'THERAPY_HTTPS_URL', environments: { local: referenceUrls.https } },
    payments: { env: 'THERAPY_PAYMENTS_URL', environments: { local: referenceUrls.payments } },
  },
  revision: { path: '/api/version', json: 'revision' },
  owners: { p0: 'oncall', p1: 'platform', p2: 'design' },
  requirements,
  objectives: [objective('availability', { from: 'THR-27' }), objective('told', { from: 'THR-33' })],
  checks: [
    check('health', {
      title: 'The platform and its parts are well',
      probe: http('/api/health', {
        expect: {
          status: 200,
          json: {
            status: 'ok',
            'parts.database.status': 'ok',
            'parts.video.status': 'ok',
            'parts.payments.status': 'ok',
          },
        },
      }),
      every: '30s',
      timeout: '5s',
      failures: 3,
      severity: 'p0',
      covers: ['THR-18'],
    }),
    check('query-time', {
      title: 'The database answers quickly',
      probe: http('/api/health', {
        expect: { json: { 'parts.database.queryMs.p95': { lt: figure(requirements, 'THR-25') } } },
      }),
      every: '1m',
      covers: ['THR-25'],
    }),
    check('certificate', {
      probe: tls({
        origin: 'https',
        names: [certificate.host],
        daysLeft: limit('THR-26'),
        ...certificate.trust,
      }),
      every: '6h',
      covers: ['THR-26'],
    }),
    check('headers', {
      title: 'Security headers',
      probe: headers('/sign-in', { origin: 'https', plain: 'plain', grade: limit('THR-14'), ...certificate.trust }),
      every: '1h',
      covers: ['THR-14'],
    }),
    playwright('./journeys', { project: 'desktop', timeout: '30s', severity: 'p0' }),
    // With a camera and a microphone that are not real.
    playwright('./calls', { project: 'calls', timeout: '30s', severity: 'p0' }),
    playwright('./security', { project: 'desktop', every: '15m', timeout: '30s', screenshots: 'off' }),
    playwright('./audits', { project: 'desktop', every: '1h', timeout: '1m', severity: 'p2', screenshots: 'off' }),
    playwright('./janitor', {
      project: 'desktop',
      cron: '47 3 * * *',
      timeout: '1m',
      severity: 'p2',
      screenshots: 'off',
      smoke: false,
    }),
  ],
})
