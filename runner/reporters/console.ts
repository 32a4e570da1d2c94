import { styleText } from 'node:util'
import type { Result, Verdict } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import { checkKey, type Decision, type Reporter, type RunPlan, type Screen } from '../core/ports.ts'
import { notes, oneLine, printable, summary, tally, troubled, verdictWords } from './text.ts'

const signs: Readonly<Record<Verdict, string>> = { passed: '✓', degraded: '!', failed: '✗', unknown: '?' }
const colours = { passed: 'green', degraded: 'yellow', failed: 'red', unknown: 'magenta' } as const
const decisionColours = { go: 'green', 'no-go': 'red', 'cannot-tell': 'magenta' } as const

type Paint = (colour: Parameters<typeof styleText>[0], text: string) => string

/**
 * For people. On a terminal a line at the bottom says how far it is; elsewhere (CI, NO_COLOR, a pipe) there are plain lines only. At
 * the end everything that did not pass, the worst first, and the decision as the last line.
 */
export function consoleReporter({ screen }: { readonly screen: Screen }): Reporter {
  const paint: Paint = (colour, text) => (screen.live ? styleText(colour, text, { validateStream: false }) : text)
  const seen: Result[] = []
  let plan: RunPlan['checks'] = []
  let hasStatus = false
  let note = ''

  const clear = () => (hasStatus ? '\r\u001b[2K' : '')
  /** Prints lines above the status line, which is drawn again. */
  const print = (lines: string) => {
    const status = screen.live ? statusLine() : ''
    screen.write(`${clear()}${lines}${status}`)
    hasStatus = status !== ''
  }
  const statusLine = () => {
    const text = note || `${seen.length} of ${plan.length} checks, ${seen.length === 0 ? 'none done yet' : tally(seen)}`
    // A line that wraps could not be cleared.
    return paint('dim', text.length < screen.columns ? text : text.slice(0, Math.max(0, screen.columns - 1)))
  }

  return {
    name: 'console',
    onPlan(given) {
      plan = given.checks
      const systems = new Set(plan.map(check => check.system)).size
      print(
        `vedette smoke: ${count(plan.length, 'check')} of ${count(systems, 'system')}, environment ${oneLine(given.environment)}\n`,
      )
    },
    onProgress(message) {
      note = oneLine(message)
      print(screen.live ? '' : `${note}\n`)
    },
    onResult(result) {
      seen.push(result)
      note = ''
      print(`${resultLine(result, paint)}\n`)
    },
    onDecision(decision) {
      const end = hasStatus ? '\r\u001b[2K' : ''
      hasStatus = false
      const late = decision.results.filter(result => !seen.some(other => checkKey(other) === checkKey(result)))
      screen.write(end + late.map(result => `${resultLine(result, paint)}\n`).join('') + ending(decision, plan, paint))
    },
  }
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

function resultLine(result: Result, paint: Paint): string {
  const notes = [formatDuration(result.duration), ...(result.attempts > 1 ? [`${result.attempts} attempts`] : [])]
  const verdict = paint(colours[result.verdict], `${signs[result.verdict]} ${result.verdict.padEnd(8)}`)
  const detail = result.verdict === 'passed' ? '' : `  ${result.reason ?? ''}: ${short(oneLine(result.detail ?? ''))}`
  return `${verdict} ${oneLine(checkKey(result))} ${paint('dim', `(${notes.join(', ')})`)}${detail}`
}

const short = (text: string) => (text.length > 200 ? `${text.slice(0, 199)}…` : text)

function ending(decision: Decision, plan: RunPlan['checks'], paint: Paint): string {
  const [first = '', ...others] = decision.reasons
  const bad = troubled(decision.results)
  // The last line cuts a long reason; then it stands whole above.
  const more = notes(first.length > 200 ? { ...decision, reasons: ['', ...decision.reasons] } : decision)
  const verdict = paint(['bold', decisionColours[decision.decision]], verdictWords[decision.decision])
  return [
    ...(bad.length > 0 ? [''] : []),
    ...bad.map(result => detail(result, plan, paint)),
    ...(more.length > 0 ? ['', ...more.map(note => `- ${oneLine(note)}`)] : []),
    '',
    summary(decision),
    `${verdict}: ${short(oneLine(first))}${others.length > 0 && decision.decision !== 'go' ? ` (and ${others.length} more)` : ''}`,
    '',
  ].join('\n')
}

/** Everything a developer needs to begin: what was expected and found, the failing step, how to repeat it. */
function detail(result: Result, plan: RunPlan['checks'], paint: Paint): string {
  const command = plan.find(check => checkKey(check) === checkKey(result))?.command
  const head = `${signs[result.verdict]} ${oneLine(checkKey(result))} ${result.verdict}${result.reason === undefined ? '' : ` (${result.reason})`}`
  return [
    paint(colours[result.verdict], head),
    ...quote(result.detail ?? ''),
    ...result.earlier.flatMap((attempt, index) =>
      quote(`attempt ${index + 1} (${formatDuration(attempt.duration)}): ${attempt.reason}: ${attempt.detail}`),
    ),
    ...result.steps
      .filter(step => step.error !== undefined)
      .flatMap(step => quote(`step ${step.title}: ${step.error}`)),
    ...result.artifacts.flatMap(artifact => quote(`${artifact.kind}: ${artifact.path}`)),
    ...(command === undefined ? [] : quote(`repeat: ${command}`)),
  ].join('\n')
}

/** Marked lines: text of a target never begins a line of a CI log, where it could be read as a command. */
const quote = (text: string): readonly string[] =>
  printable(text)
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => `  | ${line}`)
