import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import type { Check, Probe } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import type { HeartbeatRule } from '../core/heartbeats.ts'
import { describeRule } from '../core/judge-beat.ts'
import { comparisonOf, findLimit, type LimitRef, type Requirement } from '../core/requirements.ts'
import { commonOptions, fromCommon, idProblems } from './check.ts'
import { below, duration, named, nameOf, parseOptions } from './options.ts'

const limitRef = z.custom<LimitRef>(
  value => typeof value === 'object' && value !== null && 'requirement' in value,
  "expected a limit such as limit('COD-65')",
)

export const heartbeatOptions = commonOptions
  .pick({ cron: true, timezone: true, tags: true, severity: true, owner: true, dependsOn: true, quarantine: true })
  .extend({
    every: z
      .union([duration, limitRef])
      .optional()
      .describe(
        "Longest time between two signals: '24h', or the limit on `heartbeat_age_h` of a requirement (`limit('COD-11')`). Not together with `cron`.",
      ),
    cron: commonOptions.shape.cron.describe(
      'Calendar by which signals are due, with five fields (minute hour day month weekday).',
    ),
    grace: duration
      .optional()
      .describe(
        "How much later a signal may come. Default: a tenth of `every`, at most '1h'; by a calendar '1h'; none where `every` is a limit.",
      ),
    longest: duration
      .optional()
      .describe(
        'A job that told its start and no end after so long has failed. Default: it may run until it is missed.',
      ),
    facts: z
      .union([z.array(limitRef), z.record(z.string(), limitRef)])
      .optional()
      .describe(
        "Limits on figures that the signal tells: `[limit('COD-65')]`, or by the name that the sender gives them `{ oldest: limit('COD-65') }`. One that is missing is a failure.",
      ),
    parts: z
      .array(z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected small letters, digits and underlines'))
      .optional()
      .describe(
        "What the signal must tell the bytes of, over 0: `['database', 'uploads']` wants `database_bytes` and `uploads_bytes`.",
      ),
    title: z.string().optional().describe('A name for people. Default: the id.'),
    covers: z.array(z.string()).optional().describe('Ids of the requirements that this check holds the system to.'),
    smoke: z.boolean().optional().describe('False: `vedette smoke` asks for it only when it is named. Default: true.'),
    runbook: commonOptions.shape.runbook,
  })

/** Options of `heartbeat`. */
export type HeartbeatOptions = z.input<typeof heartbeatOptions>

const [hour, day] = [3_600_000, 86_400_000]

/**
 * A check that is never run: somebody else's job sends a signal to its address (`vedette heartbeats` shows it), and what arrives, or does not,
 * is judged like any run.
 *
 * @example heartbeat('backup', { every: limit('COD-11'), parts: ['database', 'uploads'], covers: ['COD-11'] })
 */
export function heartbeat(id: string, given: HeartbeatOptions): Check {
  const at = [named('heartbeat', id)]
  const { options, problems } = parseOptions(at, heartbeatOptions, given)
  const { every, cron, grace, longest, facts = [], parts = [], title, covers, ...common } = options
  const age = typeof every === 'object' ? every : undefined
  const { values, problems: more } = fromCommon(
    {
      ...common,
      ...(cron === undefined ? {} : { cron }),
      ...(typeof every === 'number' ? { every } : age === undefined ? {} : { every: day }),
      retry: { attempts: 0 },
    },
    { every: day, timeout: 10_000, failures: 1 },
  )
  const rule: HeartbeatRule = {
    due: values.schedule,
    ...(age === undefined ? {} : { age }),
    grace:
      grace ?? (age !== undefined ? 0 : 'every' in values.schedule ? Math.min(values.schedule.every / 10, hour) : hour),
    ...(longest === undefined ? {} : { longest }),
    facts: Array.isArray(facts)
      ? facts.map(limit => ({ limit }))
      : Object.entries(facts).map(([name, limit]) => ({ name, limit })),
    parts,
  }
  return Object.freeze({
    id: nameOf(id),
    title: title ?? nameOf(id),
    ...values,
    heartbeat: rule,
    probe: listener(rule),
    covers: Object.freeze([...(covers ?? [])]),
    problems: [...below(at, idProblems('an id', id)), ...problems, ...below(at, [...more, ...undated(options)])],
  })
}

function undated({ every, cron }: { readonly every?: unknown; readonly cron?: unknown }): readonly Problem[] {
  if (every !== undefined || cron !== undefined) return []
  return [
    { level: 'error', path: ['every'], message: "expected `every` or `cron`, such as every: '24h', found neither" },
  ]
}

const ageOf = (ms: number) => ({ metric: 'heartbeat_age_h', value: ms / hour })

/** Only describes it: a heartbeat waits. */
const listener = (rule: HeartbeatRule): Probe =>
  Object.freeze({
    kind: 'heartbeat',
    summary: `signal ${describeRule(rule)}`,
    limits: [...(rule.age === undefined ? [] : [rule.age]), ...rule.facts.map(fact => fact.limit)],
    figures: 'every' in rule.due && rule.age === undefined ? [ageOf(rule.due.every + rule.grace)] : [],
    origins: [],
    observe: () =>
      Promise.reject(
        new RunnerFault(
          'expected a check that can be run, found a heartbeat, which waits for the signal of somebody else',
        ),
      ),
  })

/** The check with the figure of the limit that its interval stands for. Problems carry a path within the system. */
export function withAge(
  check: Check,
  requirements: readonly Requirement[],
): { readonly check: Check; readonly problems: readonly Problem[] } {
  const { heartbeat: rule } = check
  if (rule?.age === undefined) return { check, problems: [] }
  const found = findLimit(requirements, rule.age)
  // What there is none of is told with the other limits of the check.
  if (typeof found === 'string') return { check, problems: [] }
  const { comparison, value } = comparisonOf(found)
  if (found.metric !== 'heartbeat_age_h' || typeof value !== 'number' || !comparison.startsWith('lt')) {
    const message = `expected an upper limit on heartbeat_age_h, found ${found.metric} ${comparison} ${value} of ${rule.age.requirement}; write the interval as a duration`
    return { check, problems: [{ level: 'error', path: [`heartbeat ${check.id}`, 'every'], message }] }
  }
  const due = { every: value * hour }
  const settled = { ...rule, due }
  return {
    check: Object.freeze({ ...check, schedule: due, heartbeat: settled, probe: listener(settled) }),
    problems: [],
  }
}
