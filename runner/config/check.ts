import cron from 'node-cron'
import { z } from 'zod'
import type { Problem, Schedule } from '../core/contracts.ts'
import type { Check, Probe } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { below, duration, named, nameOf, parseOptions, show } from './options.ts'

/** Options that every check has, be it a probe or a journey. */
export const commonOptions = z.strictObject({
  every: duration
    .optional()
    .describe("Interval, such as '30s'. Default: '1m'; journeys '3m'. Not together with `cron`."),
  cron: z.string().optional().describe('Calendar schedule with five fields (minute hour day month weekday).'),
  timezone: z.string().optional().describe("Time zone of `cron`. Default: 'UTC'."),
  timeout: duration
    .optional()
    .describe(
      "Longest time of one attempt. Default: '10s', and '5s' where `every` is less than a minute; journeys '1m'.",
    ),
  retry: z
    .strictObject({
      attempts: z.int().min(0).max(5).describe('Further attempts after the first.'),
      delay: duration
        .optional()
        .describe(
          "From the beginning of the attempt that failed to that of the next, which follows at once when the attempt itself took longer. Default: '5s'.",
        ),
    })
    .optional()
    .describe('Fast retry in place. Default: one further attempt, 5 s after the first began.'),
  failures: z
    .union([
      z.int().min(1).max(100),
      z
        .strictObject({
          runs: z.int().min(1).max(30).describe('Failed runs.'),
          of: z.int().min(2).max(30).describe('Among so many last runs.'),
        })
        .refine(({ runs, of }) => runs <= of, { message: 'expected `of` to be at least `runs`' }),
    ])
    .optional()
    .describe(
      'Failed runs in a row before the check counts as down, or `{ runs: 3, of: 5 }`: so many of the last ones. Default: 2; journeys 1.',
    ),
  successes: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Passed runs in a row before it counts as up again. Default: 1.'),
  tags: z.array(z.string()).optional().describe('Words to select by: `@critical`.'),
  severity: z
    .enum(['p0', 'p1', 'p2'])
    .optional()
    .describe("How bad its failure is. Default: what `escalation` of the system says, else 'p1'."),
  owner: z
    .string()
    .optional()
    .describe('Who is told. Default: what `escalation` of the system says, else the owner of its severity.'),
  smoke: z.boolean().optional().describe('False: `vedette smoke` runs it only when it is named. Default: true.'),
  dependsOn: z
    .array(z.string())
    .optional()
    .describe(
      'Checks (`system/check`, or the id of one of this system) and systems whose trouble explains that of this one.',
    ),
  quarantine: z
    .strictObject({
      until: z.iso
        .date({ error: issue => `expected a day such as '2026-12-24', found ${show(issue.input)}` })
        .describe("First day on which it opens incidents again (UTC): '2026-12-24'."),
      reason: z.string().min(1).describe('Why, and who looks into it.'),
    })
    .optional()
    .describe('Known to be flaky: it runs and is recorded, and opens no incident until that day.'),
  runbook: z.url().optional().describe('Address of what to do about its failure. Default: that of the system.'),
  startGrace: duration
    .optional()
    .describe('After a deploy of its system it opens no incident for so long. Default: not at all.'),
})

export type CommonOptions = z.output<typeof commonOptions>

export const checkOptions = commonOptions.extend({
  probe: z
    .custom<Probe>(isProbe, { message: "expected a probe such as http('/health') or tcp({ port: 5432 })" })
    .describe('What is observed: the value of a probe factory.'),
  title: z.string().optional().describe('A name for people. Default: the id.'),
  covers: z.array(z.string()).optional().describe('Ids of the requirements that this check holds the system to.'),
})

/** Options of `check`. */
export type CheckOptions = z.input<typeof checkOptions>

const minute = 60_000

/** Ids are stable names in URLs, metrics and history. */
export const idProblems = (what: string, id: string): readonly Problem[] =>
  typeof id === 'string' && /^[a-z0-9][a-z0-9-]*(?:[/.@][a-z0-9-]+)*$/.test(id)
    ? []
    : [{ level: 'error', path: [], message: `expected ${what} of small letters, digits and dashes, found ${show(id)}` }]

/**
 * A check: what is observed, how often, for how long, and which requirements it covers.
 *
 * @example check('health', { probe: http('/health'), every: '30s', timeout: '5s', covers: ['COD-13'] })
 */
export function check(id: string, given: CheckOptions): Check {
  const at = [named('check', id)]
  const { options, problems } = parseOptions(at, checkOptions, given)
  const common = fromCommon(options, { every: minute, timeout: isFrequent(options) ? 5_000 : 10_000, failures: 2 })
  return Object.freeze({
    id: nameOf(id),
    title: options.title ?? nameOf(id),
    probe: options.probe,
    ...common.values,
    covers: Object.freeze([...(options.covers ?? [])]),
    problems: [
      ...below(at, idProblems('an id', id)),
      ...problems,
      ...below(at, common.problems),
      ...below([...at, 'probe'], isProbe(options.probe) ? options.probe.problems : []),
    ],
  })
}

/** Whoever looks more often than every minute wants to know soon: a target that is silent costs a run two time-outs. */
const isFrequent = ({ every }: CommonOptions) => every !== undefined && every < minute

/** The values of the common options, with their defaults. */
export function fromCommon(
  options: CommonOptions,
  defaults: { readonly every: number; readonly timeout: number; readonly failures: number },
): {
  readonly values: Omit<Check, 'id' | 'title' | 'probe' | 'covers' | 'problems'>
  readonly problems: readonly Problem[]
} {
  const { schedule, problems } = scheduleOf(options, defaults.every)
  const retry = { attempts: options.retry?.attempts ?? 1, delay: options.retry?.delay ?? 5_000 }
  return {
    values: {
      schedule,
      timeout: options.timeout ?? defaults.timeout,
      retry,
      policy: policyOf(options, defaults.failures),
      tags: Object.freeze([...(options.tags ?? [])]),
      severity: options.severity ?? 'p1',
      ...(options.severity === undefined ? { unrated: true } : {}),
      ...(options.owner === undefined ? {} : { owner: options.owner }),
      smoke: options.smoke ?? true,
      dependsOn: Object.freeze([...(options.dependsOn ?? [])]),
      ...(options.quarantine === undefined
        ? {}
        : { quarantine: { until: Date.parse(options.quarantine.until), reason: options.quarantine.reason } }),
      ...(options.runbook === undefined ? {} : { runbook: options.runbook }),
      ...(options.startGrace === undefined ? {} : { startGrace: options.startGrace }),
    },
    problems: [...problems, ...retryProblems(schedule, retry)],
  }
}

function policyOf({ failures: given, successes = 1 }: CommonOptions, fallback: number): Check['policy'] {
  const failures = given ?? fallback
  return typeof failures === 'number'
    ? { failures, successes }
    : { failures: failures.runs, of: failures.of, successes }
}

/** A run that is tried again after its interval is over costs the next run its turn. */
function retryProblems(schedule: Schedule, { attempts, delay }: Check['retry']): readonly Problem[] {
  // What is no duration is told elsewhere, and compares as false.
  const overtaken = 'every' in schedule && attempts > 0 && delay >= schedule.every
  if (!overtaken) return []
  const [pause, interval] = [delay, schedule.every].map(formatDuration)
  return [
    {
      level: 'warning',
      path: ['every'],
      message: `expected an interval longer than the pause before a retry (${pause}), found ${interval}; lengthen it, or shorten \`retry.delay\``,
    },
  ]
}

function scheduleOf(options: CommonOptions, fallback: number): { schedule: Schedule; problems: readonly Problem[] } {
  if (options.cron === undefined) {
    const problems: Problem[] =
      options.timezone === undefined
        ? []
        : [{ level: 'error', path: ['timezone'], message: 'expected `cron` beside `timezone`, found no `cron`' }]
    return { schedule: { every: options.every ?? fallback }, problems }
  }
  const problems: Problem[] = []
  if (options.every !== undefined) {
    problems.push({ level: 'error', path: ['cron'], message: 'expected either `every` or `cron`, found both' })
  }
  const timezone = options.timezone ?? 'UTC'
  return {
    schedule: { cron: options.cron, timezone },
    problems: [...problems, ...scheduleProblems(options.cron, timezone)],
  }
}

/** What is wrong with a calendar schedule. */
export function scheduleProblems(expression: string, timezone: string): readonly Problem[] {
  const wrong = (path: string, message: string): Problem => ({ level: 'error', path: [path], message })
  const zone = isTimezone(timezone)
    ? []
    : [wrong('timezone', `expected a time zone such as 'Europe/London', found '${timezone}'`)]
  if (expression.trim().split(/\s+/).length !== 5) {
    const message = `expected five fields (minute hour day month weekday), found '${expression}'; for seconds use \`every\``
    return [...zone, wrong('cron', message)]
  }
  const checked = cron.validateDetailed(expression)
  if (checked.valid) return zone
  const why = checked.errors.map(error => error.message).join('; ')
  return [...zone, wrong('cron', `expected a calendar schedule such as '*/5 * * * *', found '${expression}': ${why}`)]
}

export function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function isProbe(value: unknown): value is Probe {
  return typeof value === 'object' && value !== null && 'observe' in value && typeof value.observe === 'function'
}
