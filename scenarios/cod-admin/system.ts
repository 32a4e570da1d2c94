import { check, defineSystem, heartbeat, http, limit, load, objective, playwright, tls } from '#vedette'
import { certificateAt } from '../support/reference.ts'
import { referenceUrls } from './reference.ts'
import { requirements } from './requirements.ts'

const certificate = certificateAt(process.env['COD_ADMIN_HTTPS_URL'])

/** Refused; should one of them be kept, the janitor finds it by its mark. */
const order = { customer: 'synthetic-probe', phone: '+62 555 0100', address: '1 Test Street', amount: 49 }
const { phone: _, ...withoutPhone } = order
const publicOrders = '/api/public/forms/cash-on-delivery/orders'
const refused = (field: string) => ({ status: 400, json: { 'errors[0].field': field } })

export default defineSystem('cod-admin', import.meta.dirname, {
  title: 'E-commerce COD Admin',
  url: {
    web: { env: 'COD_ADMIN_URL', environments: { local: referenceUrls.web } },
    plain: { env: 'COD_ADMIN_PLAIN_URL', environments: { local: referenceUrls.plain } },
    https: { env: 'COD_ADMIN_HTTPS_URL', environments: { local: referenceUrls.https } },
    mailbox: { env: 'COD_ADMIN_MAILBOX_URL', environments: { local: referenceUrls.mailbox } },
    // Whom to ask for the domain, and what the public meets in front of the shop.
    names: { env: 'COD_ADMIN_NAMES_URL', environments: { local: referenceUrls.names } },
    edge: { env: 'COD_ADMIN_EDGE_URL', environments: { local: referenceUrls.edge } },
  },
  revision: { path: '/version', json: 'revision' },
  owners: { p0: 'oncall', p1: 'backend', p2: 'design' },
  requirements,
  status: { title: 'Shop', parts: { Shop: ['health', 'health-at-the-edge'], Ordering: ['order-without-phone'] } },
  // By date, counted from the newest deploy.
  objectives: [
    objective('first-day-errors', { from: 'COD-06', afterDeploy: { to: '1d' } }),
    objective('first-day-speed', { from: 'COD-07', afterDeploy: { to: '1d' } }),
    objective('first-day-health', { from: 'COD-10', checks: ['health'], afterDeploy: { to: '1d' } }),
    objective('first-week', { from: 'COD-08', afterDeploy: { to: '7d' } }),
    objective('first-month', { from: 'COD-09', afterDeploy: { to: '30d' } }),
    objective('told', { from: 'COD-67' }),
    objective('status-notice', { from: 'COD-46' }),
  ],
  checks: [
    check('health', {
      probe: http('/health', {
        expect: {
          status: 200,
          json: {
            status: 'ok',
            timestamp: /^\d{4}-\d\d-\d\dT/,
            uptime: { gte: 0 },
            'services.database': 'ok',
            'services.redis': 'ok',
          },
        },
      }),
      every: '30s',
      timeout: '5s',
      failures: 3,
      startGrace: '60s',
      severity: 'p0',
      covers: ['COD-12', 'COD-13', 'COD-16'],
    }),
    check('redirect', {
      title: 'Plain HTTP leads to HTTPS',
      probe: http('/orders?page=2', {
        origin: 'plain',
        expect: { status: 301, redirect: /^https:\/\/[^/]+\/orders\?page=2$/ },
      }),
      every: '5m',
      covers: ['COD-29'],
    }),
    check('redirect-proxied', {
      title: 'Plain HTTP before the proxy leads to HTTPS',
      probe: http('/orders', {
        headers: { 'x-forwarded-proto': 'http' },
        expect: { status: 301, redirect: /^https:\/\/[^/]+\/orders$/ },
      }),
      every: '5m',
      covers: ['COD-29'],
    }),
    check('request-id', {
      probe: http('/health/live', { expect: { echo: 'x-request-id' } }),
      every: '5m',
      severity: 'p2',
      covers: ['COD-39'],
    }),
    check('request-id-made', {
      title: 'A request without an id is given one',
      probe: http('/health/live', { expect: { headers: { 'x-request-id': true } } }),
      every: '5m',
      severity: 'p2',
      covers: ['COD-39'],
    }),
    check('certificate', {
      probe: tls({
        origin: 'https',
        names: [certificate.host, `www.${certificate.host}`],
        daysLeft: limit('COD-40'),
        ...certificate.trust,
      }),
      every: '6h',
      covers: ['COD-40'],
    }),
    check('health-at-the-edge', {
      title: 'The public address leads to the health of the shop, not to its front page',
      probe: http('/health', {
        origin: 'edge',
        expect: { status: [200, 503], headers: { 'content-type': /json/ }, json: { status: /^(ok|degraded)$/ } },
      }),
      severity: 'p0',
      covers: ['COD-56'],
    }),
    check('order-without-phone', {
      probe: http(publicOrders, { json: withoutPhone, expect: refused('phone') }),
      every: '15m',
      covers: ['COD-55'],
    }),
    check('order-with-negative-amount', {
      probe: http(publicOrders, { json: { ...order, amount: -1 }, expect: refused('amount') }),
      every: '15m',
      covers: ['COD-55'],
    }),
    heartbeat('backup', {
      title: 'Backup of database and uploads',
      every: limit('COD-11'),
      parts: ['database', 'uploads'],
      facts: [limit('COD-65')],
      severity: 'p0',
      smoke: false,
      covers: ['COD-11', 'COD-65'],
    }),
    heartbeat('restore', {
      title: 'A backup was restored as a test',
      every: '30d',
      facts: [limit('COD-66')],
      smoke: false,
      covers: ['COD-66'],
    }),
    heartbeat('host', {
      title: 'Disk, memory and processors of the host',
      every: '5m',
      facts: [
        limit('COD-47', { metric: 'disk_used' }),
        limit('COD-47', { metric: 'memory_used' }),
        limit('COD-47', { metric: 'cpu_used' }),
      ],
      smoke: false,
      covers: ['COD-47'],
    }),
    playwright('./journeys', { project: 'desktop', timeout: '30s', severity: 'p0' }),
    playwright('./devices', { project: 'phone', every: '15m', timeout: '30s', severity: 'p0' }),
    playwright('./security', { project: 'desktop', every: '15m', timeout: '30s', screenshots: 'off' }),
    // They spend whole windows of calls, so once a day, without a second try, and in `smoke` only when named.
    playwright('./limits', {
      project: 'desktop',
      cron: '17 3 * * *',
      timeout: '1m',
      retry: { attempts: 0 },
      screenshots: 'off',
      smoke: false,
    }),
    playwright('./janitor', { project: 'desktop', cron: '43 4 * * *', screenshots: 'off', smoke: false }),
    load({
      script: '../../load/cod-admin.ts',
      profiles: {
        documented: { from: 'COD-01' },
        sustained: { from: 'COD-02' },
        smoke: { from: 'COD-01', stages: ['5s:5', '10s:5', '2s:0'] },
      },
    }),
  ],
})
