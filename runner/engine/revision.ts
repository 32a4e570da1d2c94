/** Which revision is live: asked of every origin of a system, several times in a row, until all agree or time is up. */

import type { Clock } from '../core/contracts.ts'
import type { RevisionSource } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import type { AskRevision, RevisionAnswer } from '../core/ports.ts'

export interface RevisionRequest {
  readonly system: string
  readonly source: RevisionSource
  /** Addresses of the system by name. */
  readonly urls: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly expected?: string
  /** Equal answers in a row that each origin must give. */
  readonly answers: number
  /** How long to wait for them, ms. With 0 each origin is asked `answers` times and no more. */
  readonly wait: number
  /** `live`: waits for a fleet that still changes. `readable`: only for answers; another revision ends the waiting. */
  readonly until: 'live' | 'readable'
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly ask: AskRevision
  onProgress?(message: string): void
}

/** The revision all origins agree on, or why there is none, with those that were seen. */
export type RevisionReading =
  | { readonly revision: string }
  | { readonly trouble: string; readonly seen: readonly string[] }

interface OriginReading {
  readonly name: string
  /** Answers of the last round, in order. */
  readonly answers: readonly RevisionAnswer[]
}

// Without an expectation a system that tells no revision at all is not waited for.
const isFinal = ({ until, expected }: RevisionRequest, seen: readonly string[]) =>
  expected === undefined
    ? seen.length === 0 || (until === 'readable' && seen.length > 1)
    : until === 'readable' && seen.some(revision => revision !== expected)

const pause = 1_000
const patience = 5_000

export async function readRevision(request: RevisionRequest): Promise<RevisionReading> {
  const { clock, signal, expected, wait } = request
  const until = clock.monotonic() + wait
  let told = ''
  for (;;) {
    const origins = await Promise.all(request.source.origins.map(name => askOrigin(request, name)))
    const reading = agree(origins, expected)
    if ('revision' in reading) return reading
    const left = until - clock.monotonic()
    if (signal.aborted || left <= 0 || isFinal(request, reading.seen)) {
      return wait > 0 && left <= 0
        ? { ...reading, trouble: `${reading.trouble}, after ${formatDuration(wait)}` }
        : reading
    }
    if (reading.trouble !== told) request.onProgress?.(`${request.system}: waiting, ${reading.trouble}`)
    told = reading.trouble
    await clock.sleep(Math.min(pause, left), signal).catch(() => undefined)
  }
}

/** Asks until an answer differs from the one before it, or there were enough. */
async function askOrigin(request: RevisionRequest, name: string): Promise<OriginReading> {
  const answers: RevisionAnswer[] = []
  while (answers.length < request.answers) {
    const answer = await askOnce(request, name)
    answers.push(answer)
    if ('trouble' in answer || answer.revision !== (request.expected ?? revisionOf(answers[0]!))) break
  }
  return { name, answers }
}

async function askOnce(request: RevisionRequest, name: string): Promise<RevisionAnswer> {
  const url = httpOrigin(request.urls[name])
  if (url === undefined) return { trouble: `expected an http:// or https:// address, found ${request.urls[name]}` }
  using deadline = request.clock.deadline(patience, request.signal)
  const answer = await request.ask(url, request.source, { headers: request.headers, signal: deadline.signal })
  if (!deadline.signal.aborted || 'revision' in answer) return answer
  return { trouble: request.signal.aborted ? 'not asked to the end' : `no answer within ${formatDuration(patience)}` }
}

/** A WebSocket address belongs to an HTTP server, which can be asked. */
function httpOrigin(address: string | undefined): URL | undefined {
  const text = address?.replace(/^ws(s?):/, 'http$1:')
  return text !== undefined && /^https?:/.test(text) ? new URL(text) : undefined
}

const revisionOf = (answer: RevisionAnswer) => ('revision' in answer ? answer.revision : undefined)

function agree(origins: readonly OriginReading[], expected: string | undefined): RevisionReading {
  const seen = [
    ...new Set(origins.flatMap(origin => origin.answers.map(revisionOf)).filter(item => item !== undefined)),
  ]
  const silent = origins.find(origin => origin.answers.some(answer => 'trouble' in answer))
  if (seen.length === 1 && silent === undefined && (expected === undefined || seen[0] === expected)) {
    return { revision: seen[0]! }
  }
  const wanted = expected === undefined ? 'one revision on all origins' : `revision ${expected}`
  return {
    seen,
    trouble: `expected ${wanted}, found ${origins.map(describe).join('; ') || 'no address of the system to ask'}`,
  }
}

function describe({ name, answers }: OriginReading): string {
  const revisions = [...new Set(answers.map(revisionOf).filter(item => item !== undefined))]
  const trouble = answers.flatMap(answer => ('trouble' in answer ? [answer.trouble] : []))
  const mixed = revisions.length > 1 ? ' (a mixed fleet)' : ''
  return [
    ...(revisions.length > 0 ? [`${revisions.join(' and ')} on ${name}${mixed}`] : []),
    ...trouble.map(text => `${name}: ${text}`),
  ].join(', ')
}
