import type { System } from '../core/definitions.ts'
import type { Revisions } from '../core/ports.ts'
import type { Gate } from './gate.ts'
import { type RevisionReading, type RevisionRequest, readRevision } from './revision.ts'
import { runContexts } from './run-context.ts'

type BySystem = Readonly<Record<string, Revisions>>

// One lost packet must not void a whole run: a revision that was readable once is asked for this long again.
const patience = 10_000

/** Waits for the expected revisions. Without an expectation the revision is read if there is one. */
export async function readBefore(gate: Gate, stop: AbortSignal): Promise<BySystem> {
  const { expected, wait } = gate.revision
  const entries = gate.systems.map(async system => {
    const wanted = expected[system.id]
    const reading = await read(gate, system, stop, {
      until: 'live',
      wait: wanted === undefined ? patience : wait,
      ...(wanted === undefined ? {} : { expected: wanted }),
    })
    return [system.id, { ...(wanted === undefined ? {} : { expected: wanted }), ...beforeOf(reading, wanted) }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function beforeOf(reading: RevisionReading, wanted: string | undefined): Revisions {
  if ('revision' in reading) return { before: reading.revision }
  // A system that tells no revision, and of which none was expected, is simply without one.
  if (wanted === undefined && reading.seen.length === 0) return {}
  return { ...(reading.seen.length === 1 ? { before: reading.seen[0]! } : {}), trouble: reading.trouble }
}

/** Reads the revisions again: one that is not what it was before voids the run. */
export async function readAfter(gate: Gate, before: BySystem): Promise<BySystem> {
  const entries = gate.systems.map(async system => {
    const known = before[system.id]!
    const reading = await read(gate, system, gate.signal, {
      until: 'readable',
      wait: known.before === undefined ? 0 : patience,
      ...(known.before === undefined ? {} : { expected: known.before }),
    })
    return [system.id, { ...known, ...afterOf(reading, known) }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function afterOf(reading: RevisionReading, { before }: Revisions): Revisions {
  if ('revision' in reading) return { after: reading.revision }
  if (before === undefined && reading.seen.length === 0) return {}
  if (reading.seen.length === 1 && reading.seen[0] !== before) return { after: reading.seen[0]! }
  return { trouble: `the revision could not be confirmed after the run: ${reading.trouble}` }
}

const read = (
  gate: Gate,
  system: System,
  signal: AbortSignal,
  what: Pick<RevisionRequest, 'until' | 'wait' | 'expected'>,
): Promise<RevisionReading> =>
  readRevision({
    ...what,
    system: system.id,
    source: system.revision,
    urls: gate.loaded.urls[system.id] ?? {},
    headers: runContexts({ ...gate, system })(`${system.id}~revision`, signal).marks,
    answers: gate.revision.answers,
    clock: gate.clock,
    signal,
    ask: gate.revision.ask,
    onProgress: message => gate.reports.onProgress(gate.scrub(message)),
  })
