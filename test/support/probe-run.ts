import type { Clock, Observation } from '../../runner/core/contracts.ts'
import type { Probe, ProbeRun } from '../../runner/core/definitions.ts'
import type { Limit } from '../../runner/core/requirements.ts'
import { realClock } from '../../runner/system/clock.ts'

export interface RunOptions {
  /** Addresses of the system by name, or the one called `web`. */
  readonly url?: URL | string | Readonly<Record<string, URL | string>>
  readonly timeout?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
  readonly limit?: Limit
  /** Values of secrets by name of their variable. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly marks?: Readonly<Record<string, string>>
  readonly folder?: string
  /** Told what the probe says that we kept it waiting. */
  readonly onWait?: (ms: number) => void
}

/** What the engine would give to a probe. */
export function probeRun({
  url = 'http://127.0.0.1:1',
  timeout = 10_000,
  clock = realClock,
  signal = new AbortController().signal,
  limit,
  secrets = {},
  marks = {},
  folder = '/',
  onWait = () => {},
}: RunOptions = {}): ProbeRun {
  const urls = typeof url === 'string' || url instanceof URL ? { web: url } : url
  const hosts = new Set(Object.values(urls).map(item => new URL(item).host))
  return {
    clock,
    signal,
    timeout,
    marks,
    folder,
    waited: onWait,
    url: (name = 'web') => new URL(urls[name] ?? name),
    ownOrigin: other => hosts.has(other.host),
    limit() {
      if (!limit) throw new Error('the test gives no limit')
      return limit
    },
    reveal: text =>
      typeof text === 'string' ? text : secrets['env' in text.source ? text.source.env : text.source.file]!,
  }
}

/** One attempt under a deadline of its own, as the engine makes it. */
export async function observe(probe: Probe, options: RunOptions = {}): Promise<Observation> {
  const timeout = options.timeout ?? 10_000
  using deadline = (options.clock ?? realClock).deadline(timeout, options.signal)
  return await probe.observe(probeRun({ ...options, timeout, signal: deadline.signal }))
}
