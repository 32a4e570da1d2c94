/** A smoke run judged as a whole. It fails closed: what is missing, unknown, failed or of a wrong revision is never GO. */

import { cleanupStep, type Result } from './contracts.ts'
import { toResult } from './judge.ts'
import { checkKey, type Decision, type Revisions, type RunPlan } from './ports.ts'

export interface Evidence {
  readonly environment: string
  readonly location: string
  /** Of this program. */
  readonly version: string
  readonly selection: readonly string[]
  /** What was selected. Nothing selected is a mistake, not a success. */
  readonly plan: RunPlan['checks']
  readonly results: readonly Result[]
  /** By system. */
  readonly revisions: Readonly<Record<string, Revisions>>
  /** Degraded counts as failed. */
  readonly strict: boolean
  readonly startedAt: number
  readonly duration: number
  readonly interrupted?: 'SIGINT' | 'SIGTERM'
  /** Mistakes in usage or configuration, in sentences. */
  readonly problems?: readonly string[]
}

interface Finding {
  readonly exitCode: Exclude<Decision['exitCode'], 0>
  readonly reason: string
}

// The first of these that was found is the exit code.
const precedence: readonly Finding['exitCode'][] = [130, 143, 2, 4, 1, 3]

/** The decision, with every reason against GO, the deciding ones first; a GO lists its warnings after its first sentence. */
export function decide(evidence: Evidence): Decision {
  const results = withMissing(evidence)
  const findings = [
    ...interruption(evidence),
    ...usage(evidence),
    // An interrupted run does not read the revision again, so it can say nothing about it.
    ...(evidence.interrupted === undefined ? Object.entries(evidence.revisions) : []).flatMap(([system, revisions]) =>
      revision(system, revisions),
    ),
    ...results.flatMap(result => finding(result, evidence.strict)),
  ]
  const exitCode = precedence.find(code => findings.some(item => item.exitCode === code)) ?? 0
  return {
    decision: exitCode === 0 ? 'go' : exitCode === 1 ? 'no-go' : 'cannot-tell',
    exitCode,
    reasons: exitCode === 0 ? goodNews(evidence, results) : byPrecedence(findings).map(item => item.reason),
    strict: evidence.strict,
    environment: evidence.environment,
    selection: evidence.selection,
    revisions: evidence.revisions,
    startedAt: evidence.startedAt,
    duration: evidence.duration,
    results,
  }
}

/** A selected check without a result is unknown, and says so in a result of its own. */
function withMissing(evidence: Evidence): readonly Result[] {
  const present = new Set(evidence.results.map(checkKey))
  const missing = evidence.plan.filter(check => !present.has(checkKey(check)))
  return [
    ...evidence.results,
    ...missing.map(({ system, check }) =>
      toResult(
        {
          system,
          check,
          environment: evidence.environment,
          location: evidence.location,
          version: evidence.version,
          slot: evidence.startedAt,
          trigger: 'gate',
        },
        {
          attempts: [
            { startedAt: evidence.startedAt, duration: 0, saw: { fault: 'it was selected and has no result' } },
          ],
        },
      ),
    ),
  ]
}

function interruption({ interrupted }: Evidence): readonly Finding[] {
  if (interrupted === undefined) return []
  return [
    {
      exitCode: interrupted === 'SIGINT' ? 130 : 143,
      reason: `interrupted by ${interrupted} before all checks had their say`,
    },
  ]
}

function usage({ problems = [], plan, selection }: Evidence): readonly Finding[] {
  if (problems.length > 0) return problems.map(reason => ({ exitCode: 2, reason }))
  if (plan.length > 0) return []
  const found = selection.length === 0 ? 'there are none' : `${selection.join(' ')} selects none`
  return [
    { exitCode: 2, reason: `expected at least one check to run, found that ${found}; \`vedette list\` shows all` },
  ]
}

function revision(system: string, { expected, before, after, trouble }: Revisions): readonly Finding[] {
  const at = (reason: string): readonly Finding[] => [{ exitCode: 4, reason: `${system}: ${reason}` }]
  if (trouble !== undefined) return at(trouble)
  if (before !== after) return at(`the revision changed during the run: ${told(before)} before, ${told(after)} after`)
  if (expected === undefined || before === expected) return []
  return at(`expected revision ${expected}, found ${told(before)}`)
}

const told = (value: string | undefined) => value ?? 'not readable'

function finding(result: Result, strict: boolean): readonly Finding[] {
  const what = `${checkKey(result)} ${saying(result)}`
  switch (result.verdict) {
    case 'passed':
      return []
    case 'degraded':
      return strict ? [{ exitCode: 1, reason: `${what}; --strict makes this a failure` }] : []
    case 'failed':
      return [{ exitCode: 1, reason: what }]
    case 'unknown':
      return [{ exitCode: 3, reason: what }]
  }
}

/** `failed (status): expected 200, found 500`. */
const saying = ({ verdict, reason, detail }: Result) =>
  `${verdict === 'passed' ? 'passed' : verdict === 'failed' ? 'failed' : `is ${verdict}`}${reason === undefined ? '' : ` (${reason})`}${detail ? `: ${detail}` : ''}`

const byPrecedence = (findings: readonly Finding[]) =>
  findings.toSorted((a, b) => precedence.indexOf(a.exitCode) - precedence.indexOf(b.exitCode))

function goodNews({ revisions }: Evidence, results: readonly Result[]): readonly string[] {
  const live = [...new Set(Object.values(revisions).flatMap(({ after }) => (after === undefined ? [] : [after])))]
  const degraded = results.filter(result => result.verdict === 'degraded')
  const retried = results.filter(result => result.verdict === 'passed' && result.earlier.length > 0)
  const leftovers = results.flatMap(result => {
    const trouble = result.steps.find(({ title }) => title === cleanupStep)?.error
    return trouble === undefined ? [] : [{ result, trouble }]
  })
  const passed = results.length === 1 ? 'the one check passed' : `all ${results.length} checks passed`
  return [
    `${passed}${live.length === 0 ? '' : ` on revision ${live.join(', ')}`}`,
    ...degraded.map(result => `warning: ${checkKey(result)} ${saying(result)}`),
    ...retried.map(
      result =>
        `warning: ${checkKey(result)} passed only at attempt ${result.attempts} (${result.earlier.at(-1)!.reason}: ${result.earlier.at(-1)!.detail})`,
    ),
    ...leftovers.map(({ result, trouble }) => `warning: after ${checkKey(result)}: ${trouble}`),
  ]
}
