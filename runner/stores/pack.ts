/** Runs in few bytes. What is said here is the format of files that exist: closed lists grow at their end only. */

import {
  type Phase,
  phaseNames,
  type Reason,
  reasons,
  type Trigger,
  triggers,
  type Verdict,
  verdicts,
} from '../core/contracts.ts'
import { toMs } from '../core/histogram.ts'
import type { Strip } from '../core/ports.ts'

// ---- key and outcome ----------------------------------------------------------------------------------------------

export const laneOf = (location: number, trigger: Trigger): number => location * 8 + triggers.indexOf(trigger)
export const triggerOf = (lane: number): Trigger => triggers[lane & 7] ?? 'manual'
export const locationOf = (lane: number): number => Math.floor(lane / 8)
/** Only these feed roll-ups and strips. */
export const isScheduled = (lane: number): boolean => (lane & 7) === 0

export interface Outcome {
  readonly verdict: Verdict
  readonly reason?: Reason | undefined
  readonly attempts: number
  readonly maintenance?: true | undefined
}

const maintenanceBit = 1 << 23

/**
 * Verdict in two bits, reason in five, attempts in sixteen, then whether it was maintenance. A run that simply passed is 0, which SQLite
 * stores in no byte at all.
 */
export const packOutcome = ({ verdict, reason, attempts, maintenance }: Outcome): number =>
  verdicts.indexOf(verdict) |
  ((reason === undefined ? 0 : reasons.indexOf(reason) + 1) << 2) |
  ((Math.min(Math.max(1, attempts), 65_536) - 1) << 7) |
  (maintenance ? maintenanceBit : 0)

export const verdictOf = (outcome: number): Verdict => verdicts[outcome & 3]!
export const reasonOf = (outcome: number): Reason | undefined => reasons[((outcome >> 2) & 31) - 1]
export const attemptsOf = (outcome: number): number => ((outcome >> 7) & 65_535) + 1
export const isMaintenance = (outcome: number): boolean => (outcome & maintenanceBit) !== 0

// ---- phases -------------------------------------------------------------------------------------------------------

/**
 * Per hop a byte that says which phases there are, then their durations in 0.1 ms: about a dozen bytes for an HTTPS probe.
 * Undefined for what does not fit (hops that are missing, phases out of order).
 */
export function packPhases(phases: readonly Phase[]): Uint8Array | undefined {
  const bytes: number[] = []
  let hop = -1
  let last = -1
  let mask = 0
  for (const phase of phases) {
    const index = phaseNames.indexOf(phase.name)
    if (phase.hop === hop + 1) {
      mask = bytes.push(0) - 1
      hop = phase.hop
    } else if (phase.hop !== hop || index <= last) return undefined
    bytes[mask]! |= 1 << index
    last = index
    let rest = phase.duration > 0 && Number.isFinite(phase.duration) ? Math.round(phase.duration * 10) : 0
    while (rest >= 128) {
      bytes.push((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

export function unpackPhases(bytes: Uint8Array): readonly Phase[] {
  const phases: Phase[] = []
  let at = 0
  for (let hop = 0; at < bytes.length; hop++) {
    const mask = bytes[at++]!
    for (const [index, name] of phaseNames.entries()) {
      if ((mask & (1 << index)) === 0) continue
      let tenths = 0
      let scale = 1
      for (;;) {
        const byte = bytes[at++] ?? 0
        tenths += (byte & 127) * scale
        if (byte < 128) break
        scale *= 128
      }
      phases.push({ name, duration: tenths / 10, hop })
    }
  }
  return phases
}

// ---- strips -------------------------------------------------------------------------------------------------------

// Slot in six bytes, then verdict in two bits and duration in thirty.
const recordBytes = 10
export const stripLength = 60

export interface StripRun {
  readonly slot: number
  readonly outcome: number
  /** Units of 10 µs. */
  readonly duration: number
}

/** The strip with one more run, in the order of slots, without the oldest one that is too many. */
export function addToStrip(strip: Uint8Array | undefined, run: StripRun): Uint8Array {
  const old = strip === undefined ? Buffer.alloc(0) : Buffer.from(strip.buffer, strip.byteOffset, strip.byteLength)
  let at = old.length
  while (at > 0 && old.readUIntBE(at - recordBytes, 6) > run.slot) at -= recordBytes
  const record = Buffer.alloc(recordBytes)
  record.writeUIntBE(run.slot, 0, 6)
  record.writeUInt32BE((run.outcome & 3) * 2 ** 30 + Math.min(run.duration, 2 ** 30 - 1), 6)
  return Buffer.concat([old.subarray(0, at), record, old.subarray(at)]).subarray(-stripLength * recordBytes)
}

export function mergeStrips(one: Uint8Array, other: Uint8Array): Uint8Array {
  return records(other).reduce<Uint8Array>(
    (strip, { slot, first, duration }) => addToStrip(strip, { slot, outcome: first, duration }),
    one,
  )
}

export const unpackStrip = (strip: Uint8Array): Strip['runs'] =>
  records(strip).map(({ slot, first, duration }) => ({ slot, verdict: verdicts[first]!, duration: toMs(duration) }))

function records(strip: Uint8Array) {
  const bytes = Buffer.from(strip.buffer, strip.byteOffset, strip.byteLength)
  return Array.from({ length: Math.floor(bytes.length / recordBytes) }, (_, index) => {
    const packed = bytes.readUInt32BE(index * recordBytes + 6)
    return { slot: bytes.readUIntBE(index * recordBytes, 6), first: packed >>> 30, duration: packed % 2 ** 30 }
  })
}
