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
  const urls = new Map(Object.entries(loaded.urls[system.id] ?? {}).map(([name, address]) => [name, new URL(address)]))
  const origins = new Set([...urls.values()].map(place))
  // Eight digits a draw: this is done for every run.
  const word = () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')
  const shared = {
    clock,
    url(name = 'web') {
      const known = urls.get(name)
      if (known !== undefined) return known
      if (URL.canParse(name)) return new URL(name)
      throw new RunnerFault(
        `expected the name of an address of ${system.id} (${[...urls.keys()].join(', ')}) or a full URL, found '${name}'`,
      )
    },
    limit(ref) {
      const found = findLimit(system.requirements, ref)
      if (typeof found === 'string') throw new RunnerFault(found)
      return found
    },
    reveal: text => loaded.secrets.reveal(text),
    ownOrigin: url => origins.has(place(url)),
    folder: system.folder,
    shared: new Map(),
  } satisfies Partial<RunContext>
  /** `run` is the id of the run (core/ports.ts `runId`). */
  return (run: string, signal: AbortSignal): RunContext => ({
    ...shared,
    signal,
    marks: {
      'user-agent': `Vedette/${version}`,
      'x-vedette-run': run,
      traceparent: `00-${word()}${word()}${word()}${word()}-${word()}${word()}-01`,
    },
  })
}

// A WebSocket belongs to the HTTP server of its address; https and http of one name are two places, so that no credential goes out in clear.
const place = (url: URL) => `${url.protocol.replace(/^ws/, 'http')}//${url.host}`
