/** Opening a connection for probes that talk over one themselves. */

import { isIP, type Socket } from 'node:net'
import { z } from 'zod'
import type { Phase, PhaseName, Problem } from '../../core/contracts.ts'
import type { ProbeRun } from '../../core/definitions.ts'
import { type Connection, type ConnectTimes, connect, hostOf, portOf, type Target } from '../../system/connector.ts'
import { originName, port } from './fields.ts'
import { phasesBetween } from './phases.ts'
import { cutShort, progress, refuseUnasked, type Trouble, troubleOf } from './trouble.ts'

/** Options that say where. */
export const placeFields = {
  origin: originName,
  host: z.string().min(1).optional().describe("Name or address. Default: the host of the system's address."),
  port: port.optional().describe("Port. Default: the port of the system's address."),
}

export interface Place {
  readonly origin?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/** The host and the port that are meant: what was written, else the system's address. */
export function placeOf(
  run: ProbeRun,
  { origin, host, port }: Place,
): { readonly host: string; readonly port: number } {
  if (host !== undefined && port !== undefined) return { host: host.replace(/^\[|\]$/g, ''), port }
  const url = run.url(origin)
  return { host: host?.replace(/^\[|\]$/g, '') ?? hostOf(url), port: port ?? portOf(url) }
}

/** Names of the system's addresses that are used, for the definition. */
export const placeOrigins = ({ origin, host, port }: Place): readonly string[] =>
  host !== undefined && port !== undefined ? [] : [origin ?? 'web']

export function placeProblems({ host }: Place): readonly Problem[] {
  return host !== undefined && /[/\s]|^https?:|^[^:]+:\d+$/.test(host)
    ? [
        {
          level: 'error',
          path: ['host'],
          message: `expected a name or an address alone, found '${host}'; the port is an option of its own`,
        },
      ]
    : []
}

export const placeName = ({ origin, host, port }: Place): string =>
  `${host ?? origin ?? 'web'}${port === undefined ? '' : `:${port}`}`

export type Times = ConnectTimes

export type Dialled = { readonly socket: Socket } | { readonly trouble: Trouble }

/**
 * Opens a connection within the deadline of the run. The caller owns the socket and destroys it. Rejects only with RunnerFault;
 * `times` tells the phases in either case.
 */
export function dial(run: ProbeRun, target: Target, times: Times): Promise<Dialled> {
  const { signal, clock } = run
  const peer = `${target.host}:${target.port}`
  return new Promise<Dialled>((resolve, reject) => {
    const answer = (make: () => Dialled) => {
      signal.removeEventListener('abort', onAbort)
      if (times.waited !== undefined) run.waited?.(times.waited)
      try {
        resolve(make())
      } catch (error) {
        reject(error)
      }
    }
    const onAbort = () => {
      connection?.destroy()
      answer(() => {
        refuseUnasked(run, times)
        const stage = stageOf(times, target)
        return { trouble: cutShort(run, progress(times, stage, peer)) }
      })
    }
    let connection: Connection | undefined
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    connection = connect(
      target,
      times,
      () => clock.monotonic(),
      (error, ready) =>
        answer(() => (error ? { trouble: troubleOf(error, stageOf(times, target), peer) } : { socket: ready })),
    )
  })
}

function stageOf(times: Times, { host, secure }: Target): PhaseName {
  if (times.connected !== undefined) return secure ? 'tls' : 'wait'
  return times.resolved === undefined && isIP(host) === 0 ? 'resolve' : 'connect'
}

/** Phases of a connection and of what was said over it. */
export function phasesOf(times: Times, ended?: number, hop = 0): readonly Phase[] {
  const marks = [
    ['resolve', times.resolved],
    ['connect', times.connected],
    ['tls', times.secured],
    ['wait', times.connected === undefined ? undefined : ended],
  ] as const
  return phasesBetween(times.started, marks, hop)
}
