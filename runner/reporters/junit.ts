import type { Result, Step } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import type { Decision, Reporter } from '../core/ports.ts'
import type { Write } from './json-lines.ts'
import { printable, verdictWords } from './text.ts'

/**
 * JUnit XML, as CI servers read it: one suite a system, one case a check. `failed` is a failure, `unknown` an error, `degraded` a
 * passed case with the detail as its output, or a failure under --strict. A gate that could not tell for a reason of its own
 * (revision, interruption, configuration) is an error in a suite called `gate`.
 */
export const junit = ({ write }: { readonly write: Write }): Reporter => ({
  name: 'junit',
  onDecision: decision => write(document(decision)),
})

function document(decision: Decision): string {
  const systems = [...Map.groupBy(decision.results, result => result.system)]
  const suites = [
    ...gateSuite(decision),
    ...systems.map(([system, results]) =>
      suite(
        system,
        decision,
        results.map(result => testCase(result, decision.strict)),
      ),
    ),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${counts(suites.flatMap(item => item.cases))} name="vedette smoke"${seconds(decision.duration)}>
${suites.map(item => item.text).join('')}</testsuites>
`
}

interface Case {
  readonly kind: 'passed' | 'failure' | 'error'
  readonly text: string
}

/** What stands against GO and is no result of a check. */
function gateSuite(decision: Decision): readonly ReturnType<typeof suite>[] {
  if (![2, 4, 130, 143].includes(decision.exitCode)) return []
  const text = `    <testcase classname="gate" name="decision" time="0">
      <error type="${verdictWords[decision.decision]}" message="${attribute(decision.reasons[0] ?? '')}">${xml(decision.reasons.join('\n'))}</error>
    </testcase>
`
  return [suite('gate', decision, [{ kind: 'error', text }])]
}

function suite(name: string, decision: Decision, cases: readonly Case[]) {
  const { expected, before, after } = decision.revisions[name] ?? {}
  const properties = Object.entries({ environment: decision.environment, expected, revision: before, after }).flatMap(
    ([key, value]) => (value === undefined ? [] : [`      <property name="${key}" value="${attribute(value)}"/>\n`]),
  )
  const head = `  <testsuite name="${attribute(name)}"${counts(cases)} skipped="0" timestamp="${new Date(decision.startedAt).toISOString()}">\n`
  const text = `${head}    <properties>\n${properties.join('')}    </properties>\n${cases.map(item => item.text).join('')}  </testsuite>\n`
  return { cases, text }
}

const counts = (cases: readonly Case[]) =>
  ` tests="${cases.length}" failures="${cases.filter(item => item.kind === 'failure').length}" errors="${cases.filter(item => item.kind === 'error').length}"`

function testCase(result: Result, strict: boolean): Case {
  const kind =
    result.verdict === 'unknown'
      ? 'error'
      : result.verdict === 'failed' || (strict && result.verdict === 'degraded')
        ? 'failure'
        : 'passed'
  const message = result.detail ?? result.verdict
  const body =
    kind === 'passed'
      ? ''
      : `      <${kind} type="${attribute(result.reason ?? result.verdict)}" message="${attribute(message)}">${xml(story(result))}</${kind}>\n`
  const hasOutput = kind === 'passed' && (result.verdict === 'degraded' || result.earlier.length > 0)
  const output = hasOutput ? `      <system-out>${xml(story(result))}</system-out>\n` : ''
  const head = `    <testcase classname="${attribute(result.system)}" name="${attribute(result.check)}"${seconds(result.duration)}`
  const inner = `${body}${output}`
  return { kind, text: inner === '' ? `${head}/>\n` : `${head}>\n${inner}    </testcase>\n` }
}

/** The result in lines for people. */
const story = (result: Result): string =>
  [
    `${result.verdict}${result.reason === undefined ? '' : ` (${result.reason})`}${result.detail === undefined ? '' : `: ${result.detail}`}`,
    ...result.earlier.map(
      (attempt, index) =>
        `attempt ${index + 1}: ${attempt.reason}: ${attempt.detail} (${formatDuration(attempt.duration)})`,
    ),
    ...result.steps.map(step => describeStep(step)),
  ].join('\n')

const describeStep = (step: Step): string =>
  `step ${step.title} (${formatDuration(step.duration)})${step.error === undefined ? '' : `: ${step.error}`}`

const seconds = (ms: number) => ` time="${(ms / 1_000).toFixed(3)}"`

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 forbids control characters and half surrogates even when they are escaped. */
const xml = (text: string): string =>
  printable(text.toWellFormed())
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, character => escapes[character]!)

// In an attribute a line break would be read as a blank.
const attribute = (text: string): string => xml(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
