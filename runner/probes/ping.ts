import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { z } from 'zod'
import { below, duration, parseOptions, show } from '../config/options.ts'
import type { Breach, Observation, Phase } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { RunnerFault } from '../core/fault.ts'
import { publicOnly } from '../system/address-guard.ts'
import { type Echoes, type EchoOrders, echo } from '../system/icmp-echo.ts'
import { placeName, placeOf, placeProblems } from './parts/dial.ts'
import { addresses, family, originName } from './parts/fields.ts'
import { phasesBetween } from './parts/phases.ts'
import { cutShort, troubleOf } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

export const pingOptions = z.strictObject({
  origin: originName,
  host: z.string().min(1).optional().describe("Name or address. Default: the host of the system's address."),
  count: z.int().min(1).max(100).optional().describe('Echoes asked for. Default: 3.'),
  interval: duration.optional().describe("Time between two of them, '200ms' at least. Default: '200ms'."),
  wait: duration.optional().describe("How long the last one is waited for. Default: '1s'."),
  size: z.int().min(0).max(65_507).optional().describe('Bytes of data in each. Default: 56.'),
  family,
  addresses,
  loss: z.number().min(0).max(1).optional().describe('Share that may be lost, 0 to 1. More is degraded. Default: 0.'),
  rtt: duration.optional().describe('Longest average of the round trips. More is degraded.'),
})

/** Options of `ping`. */
export type PingOptions = z.input<typeof pingOptions>
type Options = z.output<typeof pingOptions>

/**
 * Asks a host for ICMP echoes, by means of the machine's own `ping`. A host that answers none is down.
 *
 * @example ping({ host: 'gateway.example.com', count: 5, loss: 0.2, rtt: '50ms' })
 */
export function ping(given: PingOptions = {}): Probe {
  const at = ['ping']
  const { options, problems } = parseOptions(at, pingOptions, given)
  const summary = `ping ${placeName(options)}`
  if (problems.length > 0) return unusable('ping', summary, problems)
  const { interval = 200 } = options
  const intervalProblem = {
    level: 'error' as const,
    path: ['interval'],
    message: `expected '200ms' or more, as shorter ones are for root alone, found ${show(formatDuration(interval))}`,
  }
  return Object.freeze({
    kind: 'ping',
    summary,
    origins: options.host === undefined ? [options.origin ?? 'web'] : [],
    problems: below(at, [...placeProblems(options), ...(interval < 200 ? [intervalProblem] : [])]),
    observe: (run: ProbeRun) => observe(run, options),
  })
}

async function observe(run: ProbeRun, options: Options): Promise<Observation> {
  const { host } = placeOf(run, { ...options, ...(options.host === undefined ? {} : { port: 1 }) })
  const started = run.clock.monotonic()
  const found = await addressOf(run, host, options)
  if ('reason' in found) return { ok: false, ...found }
  const phases = phasesBetween(started, [['resolve', isIP(host) === 0 ? run.clock.monotonic() : undefined]], 0)
  const orders: EchoOrders = {
    address: found.address,
    count: options.count ?? 3,
    interval: options.interval ?? 200,
    wait: options.wait ?? 1_000,
    size: options.size ?? 56,
  }
  const echoes = await echo(orders, run.signal)
  if ('missing' in echoes) throw new RunnerFault(echoes.missing)
  if ('stopped' in echoes) {
    return { ok: false, ...cutShort(run, `${host} was asked for ${orders.count} echoes, which takes longer`), phases }
  }
  return judge(echoes, { host, orders, options, phases })
}

interface Asked {
  readonly host: string
  readonly orders: EchoOrders
  readonly options: Options
  readonly phases: readonly Phase[]
}

function judge(echoes: Echoes, { host, orders, options, phases }: Asked): Observation {
  const { sent, received, rtt } = echoes
  const lost = sent === 0 ? 1 : (sent - received) / sent
  const metrics = {
    ping_sent: sent,
    ping_received: received,
    ping_loss: lost,
    ...(rtt
      ? { ping_rtt_ms: rtt.avg, ping_rtt_min_ms: rtt.min, ping_rtt_max_ms: rtt.max, ping_rtt_stddev_ms: rtt.stddev }
      : {}),
  }
  if (received === 0) {
    const detail = `expected an echo from ${host}, found none of ${sent} within ${formatDuration(orders.wait)}${echoes.said ? ` (${echoes.said})` : ''}`
    return { ok: false, reason: 'timeout', detail, phases, metrics }
  }
  const { loss = 0, rtt: longest } = options
  const breaches: readonly Breach[] = [
    ...(lost > loss ? [{ metric: 'ping_loss', value: lost, limit: `ping_loss <= ${loss}` }] : []),
    ...(longest !== undefined && rtt && rtt.avg > longest
      ? [{ metric: 'ping_rtt_ms', value: rtt.avg, limit: `ping_rtt_ms avg <= ${longest}` }]
      : []),
  ]
  return { ok: true, phases, metrics, ...(breaches.length === 0 ? {} : { breaches }) }
}

/** The first address of the host, which the guard has seen before a packet leaves. */
async function addressOf(run: ProbeRun, host: string, options: Options) {
  const guard = options.addresses === 'public' ? publicOnly() : undefined
  try {
    const address =
      isIP(host) === 0 && !/^fe80:.*%/i.test(host) ? (await look(run, host, options.family)).address : host
    const denied = guard?.(address)
    if (denied !== undefined) return { reason: 'connect' as const, detail: `${denied} for ${host}` }
    return { address }
  } catch (error) {
    if (run.signal.aborted) return cutShort(run, `the look-up of ${host} did not end`)
    return troubleOf(error, 'resolve', host)
  }
}

/** A look-up cannot be stopped, so its end is not waited for. */
async function look(run: ProbeRun, host: string, wanted: 4 | 6 | undefined) {
  run.signal.throwIfAborted()
  return new Promise<{ readonly address: string }>((resolve, reject) => {
    const stop = () => reject(run.signal.reason)
    run.signal.addEventListener('abort', stop, { once: true })
    lookup(host, { family: wanted ?? 0 })
      .then(resolve, reject)
      .finally(() => run.signal.removeEventListener('abort', stop))
  })
}
