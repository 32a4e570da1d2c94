import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import type { Objective } from '../core/definitions.ts'
import { idProblems, isTimezone } from './check.ts'
import { below, duration, named, nameOf, parseOptions } from './options.ts'

export const objectiveOptions = z.strictObject({
  from: z.string().describe('Id of the requirement whose limits are the objective.'),
  checks: z
    .array(z.string())
    .optional()
    .describe('Checks of the system whose runs count (ids, `@tag`). Default: those that fit the metric.'),
  period: z
    .union([
      duration,
      z.strictObject({
        calendar: z.literal('month'),
        timezone: z.string().optional().describe("Zone of the month. Default: 'UTC'."),
      }),
    ])
    .optional()
    .describe("Time over which it holds, where no limit says so: '30d', or `{ calendar: 'month' }`. Default: '30d'."),
  afterDeploy: z
    .strictObject({
      from: duration.optional().describe('Begins so long after the deploy. Default: at once.'),
      to: duration.describe('Ends so long after the deploy.'),
    })
    .optional()
    .describe("Holds only for a time after a deploy marker: `{ to: '1d' }` is the first day."),
  alerts: z.boolean().optional().describe('False: it is only reported, and its burn alerts nobody. Default: true.'),
})

/** Options of `objective`. */
export type ObjectiveOptions = z.input<typeof objectiveOptions>

const month = 30 * 86_400_000

/**
 * What a system promises over a time: the limits of the requirement `from`, measured on the runs of its checks. `id` (small letters,
 * digits, dashes) names it on pages and in metrics. Loading refuses a requirement that there is not, and a limit that no check can
 * measure.
 *
 * @example objective('availability', { from: 'COD-08' })
 */
export function objective(id: string, given: ObjectiveOptions): Objective {
  const at = [named('objective', id)]
  const { options, problems } = parseOptions(at, objectiveOptions, given)
  const { period, afterDeploy } = options
  return Object.freeze({
    id: nameOf(id),
    from: options.from,
    checks: Object.freeze([...(options.checks ?? [])]),
    period:
      typeof period === 'object'
        ? { calendar: period.calendar, timezone: period.timezone ?? 'UTC' }
        : { ms: period ?? month },
    ...(afterDeploy === undefined ? {} : { afterDeploy: { from: afterDeploy.from ?? 0, to: afterDeploy.to } }),
    alerts: options.alerts ?? true,
    problems: [...below(at, idProblems('an id', id)), ...problems, ...below(at, periodProblems(options))],
  })
}

function periodProblems({ period, afterDeploy }: z.output<typeof objectiveOptions>): readonly Problem[] {
  const zone = typeof period === 'object' ? period.timezone : undefined
  return [
    ...(period !== undefined && afterDeploy !== undefined
      ? [wrong('period', 'expected either `period` or `afterDeploy`, found both')]
      : []),
    ...(zone !== undefined && !isTimezone(zone)
      ? [wrong('period', `expected a time zone such as 'Europe/London', found '${zone}'`)]
      : []),
  ]
}

const wrong = (path: string, message: string): Problem => ({ level: 'error', path: [path], message })
