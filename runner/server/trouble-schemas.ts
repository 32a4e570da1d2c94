/** What the API answers and takes about incidents, maintenance, messages and objectives. */

import { z } from 'zod'
import { reasons } from '../core/contracts.ts'
import { causes } from '../core/incidents.ts'
import { occasions } from '../core/notifications.ts'
import { time } from './schemas.ts'

const at = z.number().describe('epoch milliseconds')
const ms = z.number().describe('milliseconds')
const severity = z.enum(['p0', 'p1', 'p2'])
const cause = z.enum(causes)
const notificationState = z.enum(['waiting', 'delivered', 'dead', 'dropped'])

// ---- what is answered -----------------------------------------------------------------------------------------------

export const incident = z
  .object({
    id: z.string(),
    system: z.string(),
    environment: z.string(),
    cause,
    severity,
    owner: z.string().optional(),
    title: z.string(),
    runbook: z.string().optional(),
    startedAt: at.describe('the earliest moment at which the trouble can have begun, epoch milliseconds'),
    openedAt: at,
    acknowledgedAt: at.optional(),
    acknowledgedBy: z.string().optional(),
    resolvedAt: at.optional(),
    affected: z.array(
      z.object({
        check: z.string(),
        title: z.string(),
        since: at,
        until: at.optional(),
        reason: z.enum(reasons).optional(),
        detail: z.string().optional(),
        firstFailure: z.string().optional().describe('id of a run'),
        lastPass: z.string().optional().describe('id of a run'),
      }),
    ),
    timeline: z.array(
      z.object({
        at,
        kind: z.enum([
          'opened',
          'joined',
          'recovered',
          'acknowledged',
          'noted',
          'flapping',
          'escalated',
          'reminded',
          'resolved',
        ]),
        by: z.string().optional(),
        text: z.string().optional(),
      }),
    ),
    flapping: z.boolean().optional(),
    drill: z.boolean().optional(),
  })
  .meta({ id: 'Incident' })

export const maintenanceWindow = z
  .object({
    id: z.string(),
    title: z.string(),
    selection: z.array(z.string()),
    when: z.union([z.object({ from: at, to: at }), z.object({ cron: z.string(), timezone: z.string(), duration: ms })]),
    by: z.string().optional().describe('who declared it; absent: the configuration'),
    endedAt: at.optional(),
    active: z.boolean().optional(),
    until: at.optional(),
    next: at.optional(),
  })
  .meta({ id: 'MaintenanceWindow' })

export const notification = z
  .object({
    id: z.string(),
    notifier: z.string(),
    occasion: z.enum(occasions),
    incidents: z.array(z.string()),
    createdAt: at,
    dueAt: at,
    tries: z.number(),
    trouble: z.string().optional(),
    state: notificationState,
    endedAt: at.optional(),
    why: z.string().optional().describe('why it was dropped or waits'),
  })
  .meta({ id: 'Notification' })

export const notifier = z
  .object({
    id: z.string(),
    kind: z.string(),
    summary: z.string(),
    waiting: z.number().describe('messages whose time has come, and that have not arrived'),
    lastDeliveredAt: at.optional(),
    trouble: z.string().optional(),
  })
  .meta({ id: 'Notifier' })

const standing = z.enum(['kept', 'broken', 'unknown'])
const budgetOf = z.object({ total: z.number(), used: z.number(), left: z.number() })

const objectivePart = z.object({
  part: z.string(),
  metric: z.string(),
  sli: z.enum(['ratio', 'count', 'statistic', 'alarm']),
  limit: z.string(),
  target: z.number(),
  period: z.object({ kind: z.enum(['rolling', 'month', 'deploy']), from: at, to: at, text: z.string() }).optional(),
  waiting: z.string().optional(),
  standing,
  value: z.number().optional(),
  runs: z.object({
    good: z.number(),
    bad: z.number(),
    valid: z.number(),
    unknown: z.number(),
    maintenance: z.number(),
    expected: z.number(),
  }),
  coverage: z.number().optional().describe('from 0 to 1'),
  budget: z
    .object({
      runs: budgetOf,
      time: budgetOf
        .extend({ whole: z.number().describe('what a period allows that is measured throughout, ms') })
        .optional(),
      left: z.number().describe('from 1 down to below 0'),
    })
    .optional(),
  burn: z.array(
    z.object({
      window: z.string(),
      long: ms,
      short: ms,
      factor: z.number(),
      severity,
      rate: z.number().optional(),
      shortRate: z.number().optional(),
      firing: z.boolean(),
    }),
  ),
  firing: severity.optional(),
  checks: z.array(z.string()),
  days: z.array(
    z.object({
      day: z.string(),
      from: at,
      to: at,
      standing,
      value: z.number().optional(),
      coverage: z.number().optional(),
    }),
  ),
})

export const objectiveState = z
  .object({
    system: z.string(),
    objective: z.string(),
    requirement: z.string(),
    need: z.string(),
    at,
    standing,
    alerts: z.boolean(),
    parts: z.array(objectivePart),
  })
  .meta({ id: 'Objective' })

// ---- what may be asked ----------------------------------------------------------------------------------------------

const limit = z.coerce.number().int().min(1).max(10_000).default(100)

export const incidentsQuery = z.strictObject({
  open: z.enum(['true', 'false']).optional().describe('only those that are open, or only those that are not'),
  system: z.string().optional(),
  severity: severity.optional(),
  cause: cause.optional(),
  from: time.describe('opened at or after; of those that are over. Default: 30 days ago'),
  to: time.describe('opened before; of those that are over'),
  limit,
})

export const notificationsQuery = z.strictObject({
  state: notificationState.optional(),
  notifier: z.string().optional(),
  incident: z.string().optional(),
  from: time.describe('made at or after. Default: 30 days ago'),
  to: time,
  limit,
})

export const objectivesQuery = z.strictObject({ system: z.string().optional() })
export const maintenanceQuery = z.strictObject({ limit: limit.describe('how many that are over') })

export const note = z.strictObject({ text: z.string().trim() })

export const wantedWindow = z.strictObject({
  title: z.string().trim().max(500),
  selection: z.array(z.string().max(500)).max(100).describe('system, system/check, @tag'),
  from: z.int().min(0).max(8_640_000_000_000_000).optional().describe('epoch milliseconds. Default: now'),
  to: z.int().min(0).max(8_640_000_000_000_000).describe('epoch milliseconds'),
})
