/** The truth table: what an attempt that Playwright reported, or did not report, says about the target. Pure. */

import { stripVTControlCharacters } from 'node:util'
import type { Fault, Observation, Reason, Step } from '../core/contracts.ts'
import type { ReportedError, ReportedStep, TestEndLine } from './protocol.ts'

/** What is known beside the test itself. */
export interface Circumstances {
  /** The browser server died while the test ran. */
  readonly browserLost: boolean
}

type Saw = (Observation | Fault) | { readonly skipped: string }

/** What one reported attempt saw. A skip is neither: the caller decides what it means. */
export function readAttempt(end: TestEndLine, circumstances: Circumstances): Saw {
  const steps = stepsOf(end)
  if (end.status === 'skipped') return { skipped: skipReason(end) }
  if (end.status === 'interrupted') return { fault: 'the run was interrupted', steps }
  const fault = end.errors.map(error => faultOf(error, circumstances)).find(text => text !== undefined)
  if (fault !== undefined) return { fault, steps }
  if (end.status === end.expected) return { ok: true, steps }
  const [error] = end.errors
  if (end.status === 'passed') {
    return { ok: false, reason: 'assertion', detail: 'expected to fail, as test.fail() says, but it passed', steps }
  }
  if (end.status === 'timedOut') {
    return { ok: false, reason: 'timeout', detail: timeoutDetail(end.errors), steps }
  }
  if (!error) return { ok: false, reason: 'script', detail: 'the test failed without an error', steps }
  return { ok: false, reason: reasonOf(error.message), detail: detailOf(error), steps }
}

/** A test that should have reported an attempt and did not. */
export function readSilence(about: {
  readonly skipped?: string | undefined
  readonly killed?: string | undefined
  readonly setupErrors: readonly ReportedError[]
  readonly globalErrors: readonly ReportedError[]
  readonly exit: string
  readonly output: string
}): Observation | Fault {
  const [setup] = about.setupErrors
  if (setup) {
    const fault = faultOf(setup, { browserLost: false })
    if (fault !== undefined) return { fault: `its setup could not run: ${fault}` }
    return { ok: false, reason: reasonOf(setup.message), detail: `its setup failed: ${detailOf(setup)}` }
  }
  if (about.skipped !== undefined)
    return { fault: `the test did not run: it was skipped while running (${about.skipped})` }
  if (about.killed !== undefined) return { fault: about.killed }
  const [error] = about.globalErrors
  if (error) return { fault: `Playwright could not run it: ${detailOf(error)}` }
  const words = lastWords(about.output)
  return { fault: `Playwright ended (${about.exit}) without reporting this test${words ? `: ${words}` : ''}` }
}

/** Errors that are ours: a closed list. Everything else is the target's. */
function faultOf(error: ReportedError, { browserLost }: Circumstances): string | undefined {
  const { message } = error
  if (/worker process exited unexpectedly/.test(message)) {
    return `the process of the test ended by itself (${/\(([^)]*)\)/.exec(message)?.[1] ?? 'unknown'}); process.exit, lack of memory or a crash`
  }
  if (
    /Executable doesn't exist|Chromium distribution '[^']*' is not found|Please run the following command to download/.test(
      message,
    )
  ) {
    return `no browser: ${firstLine(message)}`
  }
  if (/browserType\.(launch|connect)\w*:|Playwright version mismatch|Failed to launch the browser/.test(message)) {
    return `the browser did not start: ${firstLine(message)}`
  }
  // "Target page, context or browser has been closed" is also what a test hears that closed its own page.
  if (
    /browser\.newContext: .*has been closed|Browser closed|Browser has been closed|Browser has disconnected/.test(
      message,
    )
  ) {
    return `the browser was lost: ${firstLine(message)}`
  }
  if (browserLost && /has been closed|crashed|disconnected|WebSocket|Test timeout/.test(message)) {
    return `the browser was lost: ${firstLine(message)}`
  }
  if (/\b(EMFILE|ENFILE|ENOMEM|EADDRNOTAVAIL|ENETDOWN|ENOSPC)\b/.test(message))
    return `our machine: ${firstLine(message)}`
  return undefined
}

const network: readonly (readonly [RegExp, Exclude<Reason, 'runner' | 'missed'>])[] = [
  [/net::ERR_NAME_|NS_ERROR_UNKNOWN_HOST|\bENOTFOUND\b|\bEAI_AGAIN\b/, 'dns'],
  [
    /net::ERR_(CERT|SSL|BAD_SSL)|SEC_ERROR|\bCERT_|self.signed certificate|unable to verify the first certificate/,
    'tls',
  ],
  [/net::ERR_TOO_MANY_REDIRECTS|NS_ERROR_REDIRECT_LOOP|Max redirect count exceeded/, 'redirect'],
  [/net::ERR_(CONNECTION|ADDRESS)_|NS_ERROR_CONNECTION|\bECONNREFUSED\b|\bECONNRESET\b|socket hang up/, 'connect'],
  [/net::ERR_TIMED_OUT|\bETIMEDOUT\b/, 'timeout'],
  [/net::ERR_(EMPTY_RESPONSE|INVALID_|HTTP2_|QUIC_|INCOMPLETE_|CONTENT_)|Parse Error/, 'protocol'],
]

/** The reason that an error's message speaks of. */
export function reasonOf(message: string): Exclude<Reason, 'runner' | 'missed'> {
  // An expectation that waited in vain also speaks of time, but what it says is that something is not as expected.
  if (/\bexpect(\.\w+)?\(|\bexpect\.poll\b|toPass/.test(firstLine(message))) return 'assertion'
  const known = network.find(([pattern]) => pattern.test(message))
  if (known) return known[1]
  if (/Timeout \d+ms exceeded|Test timeout of|TimeoutError|timed out/i.test(message)) return 'timeout'
  return 'script'
}

const firstLine = (text: string) => (text.split('\n', 1)[0] ?? '').slice(0, 300)

/** The message in one paragraph, short enough for a log line and an alert. */
export function detailOf(error: ReportedError): string {
  const told = error.message
    .split(/\n\s*(?:Call log:|Require stack:|at |\d+ \||> \d+ \|)/, 1)[0]!
    .replace(/^Error: /, '')
    .replace(/\s*\n\s*/g, '; ')
    .replace(/[ \t]+/g, ' ')
    .replace(/(; )+$/, '')
    .trim()
  const at = error.at ? ` (${error.at.split('/').at(-1)})` : ''
  return `${told.length > 480 ? `${told.slice(0, 479)}…` : told}${at}`
}

/** That time ran out, and where: Playwright tells the second as an error of its own. */
const timeoutDetail = (errors: readonly ReportedError[]) =>
  errors.length === 0 ? 'the test timed out' : errors.slice(0, 2).map(detailOf).join(' ')

/** The whole error for the evidence: message, code frame, place. */
export const reportOf = (errors: readonly ReportedError[]): string =>
  errors
    .map(error => [error.message, error.snippet, error.at && `at ${error.at}`].filter(Boolean).join('\n\n'))
    .join('\n\n----\n\n')

function lastWords(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
  return lines.slice(0, 3).join(' ').slice(0, 300)
}

function skipReason(end: TestEndLine): string {
  const mark = end.annotations.find(({ type }) => type === 'skip' || type === 'fixme')
  return mark?.description ?? 'no reason given'
}

/** The author's steps; of a test that has none, what it did and expected. */
function stepsOf(end: TestEndLine): readonly Step[] {
  const own = pick(end.steps, end.startedAt, step => step.category === 'test.step')
  const shown =
    own.length > 0
      ? own
      : pick(end.steps, end.startedAt, step => step.category === 'pw:api' || step.category === 'expect')
          .map(({ steps: _, ...step }) => step)
          .filter(({ title }) => !plumbing.has(title))
  return shown.slice(0, 200)
}

const plumbing = new Set(['connect', 'Create context', 'Create page', 'Close context', 'Close page'])

function pick(
  steps: readonly ReportedStep[],
  startedAt: number,
  wanted: (step: ReportedStep) => boolean,
): readonly Step[] {
  return steps.flatMap(step => {
    const inner = pick(step.steps ?? [], startedAt, wanted)
    if (!wanted(step)) return inner
    return [
      {
        title: step.title,
        startedAt: Math.max(0, step.startedAt - startedAt),
        duration: Math.max(0, step.duration),
        ...(step.error === undefined ? {} : { error: step.error.slice(0, 2_000) }),
        ...(inner.length === 0 ? {} : { steps: inner }),
      },
    ]
  })
}
