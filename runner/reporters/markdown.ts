import type { Result } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import { checkKey, type Decision, type Reporter, type RunPlan } from '../core/ports.ts'
import type { Write } from './json-lines.ts'
import { notes, oneLine, printable, summary, troubled, verdictWords } from './text.ts'

const signs = { passed: '✅', degraded: '⚠️', failed: '❌', unknown: '❔' } as const
const decisionSigns = { go: '✅', 'no-go': '❌', 'cannot-tell': '❔' } as const
// A job summary may have 1 MiB; what is longer is cut by the CI server in the middle of a tag.
const mostDetails = 50
const longestDetail = 4_000

/** Markdown for a job summary: the decision first, then what went wrong, then all checks. */
export function markdown({ write }: { readonly write: Write }): Reporter {
  let plan: RunPlan['checks'] = []
  return {
    name: 'markdown',
    onPlan: given => {
      plan = given.checks
    },
    onDecision: decision => write(document(decision, plan)),
  }
}

function document(decision: Decision, plan: RunPlan['checks']): string {
  const [first = ''] = decision.reasons
  const bad = troubled(decision.results)
  const all = [...bad, ...decision.results.filter(result => result.verdict === 'passed')]
  const more = notes(decision)
  return [
    `## ${decisionSigns[decision.decision]} ${verdictWords[decision.decision]}: ${inline(first)}`,
    `${inline(summary(decision))}${decision.strict ? ', strict' : ''} (exit code ${decision.exitCode})`,
    ...revisionTable(decision),
    ...(more.length === 0 ? [] : [more.map(note => `- ${inline(note)}`).join('\n')]),
    ...bad.slice(0, mostDetails).map(result => detail(result, plan)),
    ...(bad.length > mostDetails ? [`… and ${bad.length - mostDetails} more.`] : []),
    ...(all.length === 0
      ? []
      : [`<details><summary>All ${all.length} checks</summary>\n\n${table(all)}\n\n</details>`]),
    '',
  ].join('\n\n')
}

function revisionTable({ revisions }: Decision): readonly string[] {
  const rows = Object.entries(revisions).filter(([, value]) => Object.keys(value).length > 0)
  if (rows.length === 0) return []
  const lines = rows.map(
    ([system, { expected, before, after }]) => `| ${[system, expected, before, after].map(cell).join(' | ')} |`,
  )
  return [['| System | Expected | Before | After |', '| --- | --- | --- | --- |', ...lines].join('\n')]
}

function detail(result: Result, plan: RunPlan['checks']): string {
  const command = plan.find(check => checkKey(check) === checkKey(result))?.command
  const lines = [
    result.detail ?? '',
    ...result.earlier.map((attempt, index) => `attempt ${index + 1}: ${attempt.reason}: ${attempt.detail}`),
    ...result.steps.filter(step => step.error !== undefined).map(step => `step ${step.title}: ${step.error}`),
    ...(command === undefined ? [] : [`repeat: ${command}`]),
  ]
  return `### ${signs[result.verdict]} ${inline(checkKey(result))} ${result.verdict}${result.reason === undefined ? '' : ` (${result.reason})`}\n\n${block(lines.filter(line => line !== '').join('\n'))}`
}

const table = (results: readonly Result[]) =>
  [
    '| Check | Verdict | Time | Attempts |',
    '| --- | --- | --: | --: |',
    ...results.map(
      result =>
        `| ${cell(checkKey(result))} | ${signs[result.verdict]} ${result.verdict} | ${formatDuration(result.duration)} | ${result.attempts} |`,
    ),
  ].join('\n')

const cell = (text = '–') => inline(text)

/** Text that is only text: no markup, no tag, no cell border, no mention of a person. */
const inline = (text: string) =>
  oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]|~#@]/g, character => `\\${character}`)
    .replace(/\\@/g, '@\u200b')

/** A fence longer than any in the text, so that the text cannot end it. */
function block(text: string): string {
  const safe = printable(text)
  const cut = safe.length > longestDetail ? `${safe.slice(0, longestDetail)}…` : safe
  const longest = Math.max(2, ...[...cut.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${cut}\n${fence}`
}
