import type { Loaded } from '../config/load-configuration.ts'
import type { Clock } from '../core/contracts.ts'
import type { System } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import { findLimit } from '../core/requirements.ts'
import type { RunContext } from './run-check.ts'

export interface ContextOptions {
  readonly loaded: Loaded
  readonly system: System
  readonly clock: Clock
  /** Of this program, for the mark in User-Agent. */
  readonly version: string
  /** From 0 to 1. */
  readonly random: () => number
}

/** What every run of a system shares: its addresses, limits, secrets and marks. The returned function makes the context of one run. */
export function runContexts({ loaded, system, clock, version, random }: ContextOptions) {
  const urls = loaded.urls[system.id] ?? {}
  const origins = new Set(Object.values(urls).map(address => new URL(address).host))
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  const shared = {
    clock,
    url(name = 'web') {
      const known = urls[name]
      if (known !== undefined) return new URL(known)
      if (URL.canParse(name)) return new URL(name)
      throw new RunnerFault(
        `expected the name of an address of ${system.id} (${Object.keys(urls).join(', ')}) or a full URL, found '${name}'`,
      )
    },
    limit(ref) {
      const found = findLimit(system.requirements, ref)
      if (typeof found === 'string') throw new RunnerFault(found)
      return found
    },
    reveal: text => loaded.secrets.reveal(text),
    ownOrigin: url => origins.has(url.host),
    folder: system.folder,
  } satisfies Partial<RunContext>
  /** `run` is the id of the run (core/ports.ts `runId`). */
  return (run: string, signal: AbortSignal): RunContext => ({
    ...shared,
    signal,
    marks: {
      'user-agent': `Vedette/${version}`,
      'x-vedette-run': run,
      traceparent: `00-${hex(32)}-${hex(16)}-01`,
    },
  })
}
