/** What the alarms have to say in the bad night: incidents, messages, deploys, windows, objectives. */

import type { Deploy } from '../../runner/core/deploys.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Maintenance } from '../../runner/core/maintenance.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import type { DayState, ObjectiveState, PartState } from '../../runner/core/objectives.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { start } from '../support/fake-watch.ts'
import { incidentOf, type PageAlarms, pageAlarms } from '../support/page-alarms.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export interface Runs {
  readonly healthFailure: string
  readonly healthPass: string
  readonly journeyFailure: string
  readonly journeyPass: string
}

const openIncidents = (runs: Runs): readonly Incident[] => [
  incidentOf({
    id: `cod-admin~wrong~${start - 14 * minute}`,
    system: 'cod-admin',
    cause: 'wrong',
    severity: 'p0',
    owner: 'oncall',
    title: 'E-commerce COD Admin: health answers wrongly',
    runbook: 'https://wiki.example.com/cod-admin/redis',
    startedAt: start - 14 * minute - 30_000,
    openedAt: start - 14 * minute,
    affected: [
      {
        check: 'health',
        title: 'health',
        since: start - 14 * minute,
        reason: 'assertion',
        detail: 'expected services.redis to be ok, found error: connection refused (127.0.0.1:6379)',
        firstFailure: runs.healthFailure,
        lastPass: runs.healthPass,
      },
      {
        check: 'orders/an-agent-delivers-an-order',
        title: 'an agent delivers an order',
        since: start - 12 * minute,
        reason: 'assertion',
        detail: 'mark it as delivered: expected the status to read "Delivered", found "Could not save: redis is gone"',
        firstFailure: runs.journeyFailure,
        lastPass: runs.journeyPass,
      },
      {
        check: 'public-checkout',
        title: 'public checkout',
        since: start - 11 * minute,
        until: start - 6 * minute,
        reason: 'status',
        detail: 'expected 200, found 502',
      },
    ],
    timeline: [
      { at: start - 14 * minute, kind: 'opened', by: 'health' },
      { at: start - 12 * minute, kind: 'joined', by: 'orders/an-agent-delivers-an-order' },
      { at: start - 11 * minute, kind: 'joined', by: 'public-checkout' },
      {
        at: start - 9 * minute,
        kind: 'escalated',
        text: 'Nobody acknowledged within 5 min; the second line was told.',
      },
      { at: start - 6 * minute, kind: 'recovered', by: 'public-checkout' },
      {
        at: start - 4 * minute,
        kind: 'noted',
        by: 'Amira',
        text: 'Redis was moved to the new host at 11:30.\nIts address in the secrets is still the old one.',
      },
    ],
  }),
  incidentOf({
    id: `agent-portal~slow~${start - 9 * hour}`,
    system: 'agent-portal',
    cause: 'slow',
    severity: 'p2',
    title: 'Corporate Agent Module: certificate is over a threshold',
    startedAt: start - 9 * hour,
    openedAt: start - 9 * hour,
    acknowledgedAt: start - 8 * hour,
    acknowledgedBy: 'Jonas',
    affected: [
      {
        check: 'certificate',
        title: 'certificate',
        since: start - 9 * hour,
        reason: 'limit',
        detail: 'expected tls_cert_days_left >= 30 (AGT-40), found 21',
      },
    ],
    timeline: [
      { at: start - 9 * hour, kind: 'opened', by: 'certificate' },
      { at: start - 8 * hour, kind: 'acknowledged', by: 'Jonas' },
    ],
  }),
  incidentOf({
    id: `vedette~channel~${start - 40 * minute}`,
    system: 'vedette',
    cause: 'channel',
    severity: 'p1',
    title: 'Channel mail-office does not deliver',
    startedAt: start - 40 * minute,
    openedAt: start - 40 * minute,
    affected: [],
    timeline: [{ at: start - 40 * minute, kind: 'opened', text: '550 mailbox unavailable' }],
  }),
]

const pastIncidents: readonly Incident[] = [
  [3, 'cod-admin', 'unreachable', 'p0', 'E-commerce COD Admin: does not answer', 22, 'health', 'Amira'],
  [5, 'agent-portal', 'wrong', 'p1', 'Corporate Agent Module: sign-in answers wrongly', 8, 'sign-in', undefined],
  [12, 'cod-admin', 'slow', 'p2', 'E-commerce COD Admin: public checkout is slow', 190, 'public-checkout', 'Jonas'],
  [26, 'vedette', 'blind', 'p1', 'Monitoring is blind: no browser starts', 12, undefined, 'Amira'],
].map(([ago, system, cause, severity, title, minutes, check, by]) => {
  const openedAt = start - Number(ago) * day + 3 * hour
  const resolvedAt = openedAt + Number(minutes) * minute
  return incidentOf({
    id: `${system}~${cause}~${openedAt}`,
    system: String(system),
    cause: cause as Incident['cause'],
    severity: severity as Incident['severity'],
    title: String(title),
    startedAt: openedAt - 45_000,
    openedAt,
    resolvedAt,
    ...(by === undefined ? {} : { acknowledgedAt: openedAt + 3 * minute, acknowledgedBy: String(by) }),
    affected:
      check === undefined ? [] : [{ check: String(check), title: String(check), since: openedAt, until: resolvedAt }],
    timeline: [
      { at: openedAt, kind: 'opened' },
      { at: resolvedAt, kind: 'resolved' },
    ],
  })
})

const message = (change: Partial<Notification> & { readonly id: string }): Notification => ({
  notifier: 'slack-oncall',
  occasion: 'opened',
  incidents: [`cod-admin~wrong~${start - 14 * minute}`],
  createdAt: start - 14 * minute,
  dueAt: start - 14 * minute + 10_000,
  tries: 1,
  state: 'delivered',
  endedAt: start - 14 * minute + 11_000,
  ...change,
})

const messages: readonly Notification[] = [
  message({ id: 'n1' }),
  message({
    id: 'n2',
    notifier: 'pagerduty',
    tries: 3,
    endedAt: start - 13 * minute,
    trouble: 'found 503 at the second try',
  }),
  message({
    id: 'n3',
    notifier: 'mail-office',
    tries: 6,
    state: 'dead',
    createdAt: start - 42 * minute,
    endedAt: start - 40 * minute,
    trouble: 'expected the mailbox office@example.com to be there, found 550 mailbox unavailable; mend the address',
  }),
  message({
    id: 'n4',
    notifier: 'slack-oncall',
    occasion: 'escalated',
    createdAt: start - 9 * minute,
    dueAt: start + 50_000,
    tries: 2,
    state: 'waiting',
    why: 'found 429 with Retry-After: 60',
  }),
  message({
    id: 'n5',
    notifier: 'ntfy',
    state: 'dropped',
    tries: 0,
    incidents: [`agent-portal~slow~${start - 9 * hour}`],
    createdAt: start - 9 * hour,
    endedAt: start - 9 * hour,
    why: 'quiet hours until 07:00, and p2 does not pass them',
  }),
  message({
    id: 'n6',
    occasion: 'drill',
    createdAt: start - 3 * hour,
    endedAt: start - 3 * hour + 2_000,
    incidents: [],
  }),
].map(item => (item.state === 'waiting' ? (({ endedAt: _, ...rest }) => rest)(item) : item))

const deploys: readonly Deploy[] = [
  {
    id: 'd1',
    system: 'cod-admin',
    environment: 'production',
    revision: '4f1c9e2',
    at: start - 16 * minute,
    by: 'gate',
    decision: 'go',
    note: 'release 2026.01.2',
  },
  { id: 'd0', system: 'cod-admin', environment: 'production', revision: '91aa03b', at: start - 20 * hour, by: 'seen' },
]

const pastWindows: readonly Maintenance[] = [
  {
    id: 'm-old',
    title: 'Move of the database',
    selection: ['cod-admin'],
    when: { from: start - 3 * day, to: start - 3 * day + 2 * hour },
    by: 'Amira',
    endedAt: start - 3 * day + hour,
  },
  {
    id: 'm-older',
    title: 'New certificate',
    selection: ['agent-portal/certificate'],
    when: { from: start - 9 * day, to: start - 9 * day + hour },
    by: 'Jonas',
  },
]

export const nightAlarms = (runs: Runs): PageAlarms =>
  pageAlarms({
    open: openIncidents(runs),
    windows: [
      {
        id: 'uploads',
        title: 'Cleaning of the upload disk',
        selection: ['cod-admin/uploads'],
        when: { from: start - hour, to: start + 2 * hour },
        by: 'Amira',
        active: true,
        until: start + 2 * hour,
      },
      {
        id: 'weekly',
        title: 'Weekly backup',
        selection: ['agent-portal', '@slow'],
        when: { cron: '0 2 * * 0', timezone: 'Europe/Berlin', duration: 90 * minute },
        active: false,
        next: start + 5 * day,
      },
      {
        id: 'm-next',
        title: 'Upgrade of db-primary-03',
        selection: ['cod-admin'],
        when: { from: start + 30 * hour, to: start + 32 * hour },
        by: 'Jonas',
        active: false,
        next: start + 30 * hour,
      },
    ],
    notifiers: [
      { id: 'slack-oncall', kind: 'slack', summary: 'Slack #oncall', waiting: 0 },
      { id: 'pagerduty', kind: 'pagerduty', summary: 'PagerDuty, service Shop', waiting: 0 },
      { id: 'mail-office', kind: 'email', summary: 'mail to office@example.com', waiting: 0 },
      { id: 'ntfy', kind: 'ntfy', summary: 'ntfy.example.com/vedette', waiting: 0 },
    ],
  })

export const nightRecords = (runs: Runs): readonly Keep[] => [
  ...[...openIncidents(runs), ...pastIncidents].map(
    (value): Keep => ({
      kind: 'incident',
      id: value.id,
      at: value.openedAt,
      open: value.resolvedAt === undefined,
      value,
    }),
  ),
  ...messages.map(
    (value): Keep => ({
      kind: 'notification',
      id: value.id,
      at: value.createdAt,
      open: value.state === 'waiting',
      value,
    }),
  ),
  ...deploys.map((value): Keep => ({ kind: 'deploy', id: value.id, at: value.at, value })),
  ...pastWindows.map((value): Keep => ({ kind: 'maintenance', id: value.id, at: start - 3 * day, value })),
]

// ---- objectives -----------------------------------------------------------------------------------------------------

function daysOf(many: number, broken: readonly number[], unknown: readonly number[]): readonly DayState[] {
  return Array.from({ length: many }, (_, index) => {
    const from = Math.floor(start / day) * day - (many - 1 - index) * day
    const standing = unknown.includes(index) ? 'unknown' : broken.includes(index) ? 'broken' : 'kept'
    return {
      day: new Date(from).toISOString().slice(0, 10),
      from,
      to: from + day,
      standing,
      ...(standing === 'unknown' ? {} : { value: standing === 'broken' ? 0.9931 : 1, coverage: 0.998 }),
    }
  })
}

const part = (change: Partial<PartState>): PartState => ({
  part: 'availability',
  metric: 'availability',
  sli: 'ratio',
  limit: 'availability >= 0.999 over 30d',
  target: 0.999,
  period: { kind: 'rolling', from: start - 30 * day, to: start, text: 'last 30d' },
  standing: 'kept',
  value: 0.99969,
  runs: { good: 85_400, bad: 26, valid: 85_426, unknown: 301, maintenance: 240, expected: 86_400 },
  coverage: 0.9915,
  budget: {
    runs: { total: 86, used: 26, left: 60 },
    time: { total: 43.2 * minute, used: 13 * minute, left: 30.2 * minute, whole: 43.2 * minute },
    left: 0.699,
  },
  burn: [
    {
      window: '1h',
      long: hour,
      short: 5 * minute,
      factor: 14.4,
      severity: 'p0',
      rate: 0.6,
      shortRate: 0,
      firing: false,
    },
    {
      window: '6h',
      long: 6 * hour,
      short: 30 * minute,
      factor: 6,
      severity: 'p0',
      rate: 0.31,
      shortRate: 0,
      firing: false,
    },
    {
      window: '3d',
      long: 3 * day,
      short: 6 * hour,
      factor: 1,
      severity: 'p2',
      rate: 0.9,
      shortRate: 0.31,
      firing: false,
    },
  ],
  checks: ['health', 'public-checkout'],
  days: daysOf(30, [9, 21], [2, 3]),
  ...change,
})

export const nightObjectives: readonly ObjectiveState[] = [
  {
    system: 'cod-admin',
    objective: 'availability',
    requirement: 'COD-08',
    need: '99.9 % up in week 1.',
    at: start,
    standing: 'broken',
    alerts: true,
    parts: [
      part({
        limit: 'availability >= 0.999 over 7d',
        period: { kind: 'deploy', from: start - 5 * day, to: start + 2 * day, text: '7d after the deploy of 4f1c9e2' },
        standing: 'broken',
        value: 0.9981,
        runs: { good: 14_290, bad: 28, valid: 14_318, unknown: 60, maintenance: 0, expected: 14_400 },
        budget: {
          runs: { total: 20, used: 28, left: -8 },
          time: { total: 10.1 * minute, used: 14 * minute, left: -3.9 * minute, whole: 10.1 * minute },
          left: -0.39,
        },
        burn: [
          {
            window: '1h',
            long: hour,
            short: 5 * minute,
            factor: 14.4,
            severity: 'p0',
            rate: 233,
            shortRate: 1_000,
            firing: true,
          },
          {
            window: '6h',
            long: 6 * hour,
            short: 30 * minute,
            factor: 6,
            severity: 'p0',
            rate: 38.9,
            shortRate: 466,
            firing: true,
          },
        ],
        firing: 'p0',
        days: daysOf(7, [6], []),
      }),
    ],
  },
  {
    system: 'cod-admin',
    objective: 'uptime',
    requirement: 'COD-13',
    need: 'The health call answers within five seconds and says that the database is there.',
    at: start,
    standing: 'kept',
    alerts: true,
    parts: [
      part({}),
      part({
        part: 'http_req_duration_ms/p95',
        metric: 'http_req_duration_ms',
        sli: 'statistic',
        limit: 'p95 http_req_duration_ms < 500 over 7d',
        target: 500,
        value: 212.4,
        burn: [],
        days: daysOf(90, [4, 40, 41], [0, 1, 2, 70]),
      }),
    ].map((one, index) => (index === 1 ? (({ budget: _, ...rest }) => rest)(one) : one)),
  },
  {
    system: 'agent-portal',
    objective: 'after-launch',
    requirement: 'AGT-05',
    need: 'No more than 45 minutes of outage in a month.',
    at: start,
    standing: 'unknown',
    alerts: false,
    parts: [
      (({ value: _value, period: _period, budget: _budget, coverage: _coverage, ...rest }) => ({
        ...rest,
        waiting: 'waits for the first deploy marker',
        standing: 'unknown' as const,
        runs: { good: 0, bad: 0, valid: 0, unknown: 0, maintenance: 0, expected: 0 },
        burn: [],
        days: [],
      }))(part({ limit: 'availability >= 0.999 over a month' })),
    ],
  },
]
