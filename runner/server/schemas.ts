/** What the API answers. Fields that are not named here never leave the house. */

import { z } from 'zod'
import { healthStates, reasons, triggers, verdicts } from '../core/contracts.ts'

const verdict = z.enum(verdicts)
const at = z.number().describe('epoch milliseconds')
const ms = z.number().describe('milliseconds')

const step: z.ZodType = z
  .object({
    title: z.string(),
    startedAt: ms,
    duration: ms,
    error: z.string().optional(),
    get steps() {
      return z.array(step).optional()
    },
  })
  .meta({ id: 'Step' })

export const result = z
  .object({
    run: z.string(),
    system: z.string(),
    environment: z.string(),
    check: z.string(),
    location: z.string(),
    slot: at,
    trigger: z.enum(triggers),
    by: z.string().optional().describe('who asked for it'),
    startedAt: at,
    duration: ms,
    attempts: z.number(),
    earlier: z.array(z.object({ duration: ms, reason: z.enum(reasons), detail: z.string() })),
    verdict,
    reason: z.enum(reasons).optional(),
    detail: z.string().optional(),
    phases: z.array(z.object({ name: z.string(), duration: ms, hop: z.number() })),
    steps: z.array(step),
    metrics: z.record(z.string(), z.number()),
    artifacts: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        contentType: z.string(),
        path: z.string(),
        bytes: z.number(),
        url: z.string(),
      }),
    ),
    revision: z.string().optional(),
    loopDelay: ms,
    runner: z.object({ version: z.string(), browser: z.string().optional() }),
  })
  .meta({ id: 'Result' })

export const health = z
  .object({
    state: z.enum(healthStates),
    since: at,
    consecutiveFailures: z.number(),
    consecutiveSuccesses: z.number(),
    lastRunAt: at.optional(),
    lastVerdict: verdict.optional(),
    lastPassedAt: at.optional(),
  })
  .meta({ id: 'Health' })

export const watchedCheck = z
  .object({
    system: z.string(),
    check: z.string(),
    title: z.string(),
    kind: z.string(),
    summary: z.string(),
    covers: z.array(z.string()),
    tags: z.array(z.string()),
    severity: z.string(),
    owner: z.string().optional(),
    interval: ms,
    timeout: ms,
    nextRunAt: at.optional(),
    health,
    last: result.optional(),
    strip: z.array(z.object({ slot: at, verdict, duration: ms })).optional(),
    command: z.string().optional(),
  })
  .meta({ id: 'Check' })

export const system = z
  .object({
    id: z.string(),
    title: z.string(),
    environment: z.string(),
    urls: z.record(z.string(), z.string()),
    requirements: z.number(),
    checks: z.record(z.enum(healthStates), z.number()),
  })
  .meta({ id: 'System' })

// Statistics without samples are NaN, which JSON does not know.
const statistic = z.number().nullable()
const runs = z.record(verdict, z.number())

export const windowStats = z
  .object({
    system: z.string(),
    check: z.string(),
    runs,
    retried: z.number(),
    p50: statistic,
    p95: statistic,
    p99: statistic,
    avg: statistic,
  })
  .meta({ id: 'WindowStats' })

export const seriesPoint = z.object({ from: at, to: at, runs, p50: statistic, p95: statistic, avg: statistic })

export const loadRun = z
  .object({
    id: z.string(),
    system: z.string(),
    environment: z.string(),
    load: z.string(),
    profile: z.string(),
    startedAt: at,
    duration: ms,
    verdict,
    detail: z.string().optional(),
    timeScale: z.number(),
    stages: z.array(z.string()),
    thresholds: z.array(
      z.object({
        requirement: z.string().optional(),
        metric: z.string(),
        expression: z.string(),
        samples: z.number(),
        verdict: z.enum(['passed', 'failed', 'unknown']),
        value: z.number().optional(),
      }),
    ),
    metrics: z.record(z.string(), z.record(z.string(), z.number())),
    series: z.array(
      z.object({ at: z.number(), users: z.number(), rps: z.number(), p95: z.number(), failed: z.number() }),
    ),
    k6: z.object({ version: z.string(), exitCode: z.number() }),
  })
  .meta({ id: 'LoadRun' })

const deployedBy = z.enum(['gate', 'hand', 'seen'])
const decision = z.enum(['go', 'no-go', 'cannot-tell'])

export const deploy = z
  .object({
    id: z.string(),
    system: z.string(),
    environment: z.string(),
    revision: z.string(),
    at,
    by: deployedBy,
    decision: decision.optional(),
    note: z.string().optional(),
    markedBy: z.string().optional().describe('the person or token that told of it'),
  })
  .meta({ id: 'Deploy' })

const change = z.enum(['worse', 'better', 'same', 'unclear'])

export const deployComparison = z
  .object({
    deploy,
    before: z.object({ from: at, to: at, revision: z.string().optional() }),
    after: z.object({ from: at, to: at }),
    change,
    statement: z.string(),
    figures: z.array(
      z.object({
        system: z.string(),
        check: z.string(),
        step: z.string().optional(),
        what: z.enum(['latency', 'failures']),
        runs: z.object({ before: z.number(), after: z.number() }),
        before: statistic,
        after: statistic,
        p: z.number(),
        change,
        statement: z.string(),
      }),
    ),
  })
  .meta({ id: 'DeployComparison' })

// ---- what may be asked ----------------------------------------------------------------------------------------------

/** Epoch milliseconds, or a date as ISO 8601 writes it. */
export const time = z
  .string()
  .transform((text, context) => {
    const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
    if (!Number.isNaN(value)) return value
    context.addIssue({
      code: 'custom',
      message: `expected epoch milliseconds or a date like 2026-01-05T12:00:00Z, found '${text}'`,
    })
    return z.NEVER
  })
  .optional()

const several = <T extends string>(words: readonly [T, ...T[]]) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform(value => (Array.isArray(value) ? value : value.split(',')))
    .pipe(z.array(z.enum(words)))
    .optional()

export const checksQuery = z.strictObject({
  system: z.string().optional(),
  state: z.enum(healthStates).optional(),
  tag: z.string().optional(),
  q: z.string().optional(),
})

export const resultsQuery = z.strictObject({
  system: z.string().optional(),
  check: z.string().optional(),
  verdict: several(verdicts),
  trigger: several(triggers),
  from: time,
  to: time,
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
})

export const windowsQuery = z.strictObject({
  system: z.string().optional(),
  check: z.string().optional(),
  from: time,
  to: time,
})

export const deploysQuery = z.strictObject({ system: z.string().optional(), from: time, to: time })

export const deployMark = z.strictObject({
  system: z.string().max(200),
  revision: z.string().min(1).max(200),
  /** Refused when another one is watched here. */
  environment: z.string().max(200).optional(),
  at: z.number().int().min(0).max(8_640_000_000_000_000).optional(),
  by: deployedBy.exclude(['seen']).optional(),
  decision: decision.optional(),
  note: z.string().max(2_000).optional(),
})

export const seriesQuery = z.strictObject({
  system: z.string(),
  check: z.string(),
  from: time,
  to: time,
  points: z.coerce.number().int().min(1).max(2_000).default(120),
})
