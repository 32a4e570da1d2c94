/** The smoke gate: waits for the revision, runs what was selected, reads the revision again, decides. */

import type { Loaded } from '../config/load-configuration.ts'
import type { Clock } from '../core/contracts.ts'
import { decide } from '../core/decision.ts'
import type { Check, JourneyCheck, System } from '../core/definitions.ts'
import type { AskRevision, Decision, Journeys } from '../core/ports.ts'
import { type Scrub, scrubber } from '../core/redaction.ts'
import type { Reports } from './gate-reports.ts'
import { readAfter, readBefore } from './gate-revisions.ts'
import { isJourney, refuseAll, runAll } from './gate-runs.ts'
import type { ReadHeartbeat } from './heartbeat-state.ts'

export interface GateCheck {
  readonly system: System
  readonly check: Check | JourneyCheck
}

export interface GateRequest {
  readonly loaded: Loaded
  readonly checks: readonly GateCheck[]
  /** The words of the user that chose them. */
  readonly selection: readonly string[]
  /** Of this program. */
  readonly version: string
  readonly strict: boolean
  readonly revision: {
    /** By system. */
    readonly expected: Readonly<Record<string, string>>
    /** Equal answers in a row that each origin must give. */
    readonly answers: number
    /** How long to wait for the expected revision, ms. */
    readonly wait: number
    readonly ask: AskRevision
  }
  /** For everything, the waiting included, ms; what is not done then is unknown. */
  readonly timeout: number
  /** Needed when journeys are selected. */
  readonly journeys?: Journeys
  /** Needed when heartbeats are selected. */
  readonly readHeartbeat?: ReadHeartbeat
  readonly reports: Reports
  readonly clock: Clock
  /** Aborts with 'SIGINT' or 'SIGTERM'. */
  readonly signal: AbortSignal
  /** From 0 to 1, exclusive. */
  readonly random: () => number
}

/** What the parts of the gate share. */
export interface Gate extends GateRequest {
  readonly scrub: Scrub
  /** Each once, in the order of the configuration. */
  readonly systems: readonly System[]
}

/** Runs the gate and reports its decision. Never rejects because of a target, a check or a report; also an interrupted gate reports. */
export async function runGate(request: GateRequest): Promise<Decision> {
  const { loaded, clock, signal, reports } = request
  const gate: Gate = {
    ...request,
    scrub: scrubber(loaded.secrets.values),
    systems: [...new Set(request.checks.map(item => item.system))],
  }
  const startedAt = clock.now()
  const start = clock.monotonic()
  const plan = gate.checks.map(item => planned(gate, item))
  reports.onPlan({ environment: loaded.environment, selection: gate.selection, checks: plan })
  using deadline = clock.deadline(gate.timeout, signal)
  const before = await readBefore(gate, deadline.signal)
  const blocked = Object.values(before).some(({ trouble }) => trouble !== undefined)
  // What was not read because the time was over has not changed.
  const late = deadline.signal.aborted
  const results = blocked
    ? refuseAll(gate, 'not run, because the revision was not as it should be')
    : await runAll(gate, deadline.signal, before)
  const revisions = blocked || late || signal.aborted ? before : await readAfter(gate, before)
  const decision = decide({
    environment: loaded.environment,
    location: loaded.configuration.location,
    version: gate.version,
    selection: gate.selection,
    plan,
    results,
    revisions,
    strict: gate.strict,
    startedAt,
    duration: clock.monotonic() - start,
    ...(signal.aborted ? { interrupted: signal.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM' } : {}),
  })
  reports.onDecision(decision)
  await reports.done()
  return decision
}

function planned({ journeys, loaded, scrub }: Gate, { system, check }: GateCheck) {
  const command = isJourney(check) ? journeys?.command(check, loaded.urls[system.id] ?? {}) : undefined
  return {
    system: system.id,
    check: check.id,
    title: check.title,
    kind: check.probe.kind,
    ...(command === undefined ? {} : { command: scrub(command) }),
  }
}
