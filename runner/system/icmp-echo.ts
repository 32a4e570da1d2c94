/** ICMP echoes. Node has no raw sockets, so the machine's `ping` makes them: it has the right to. */

import { spawn } from 'node:child_process'
import { isIPv4 } from 'node:net'
import { findProgram } from './programs.ts'

export interface EchoOrders {
  /** An address; no name is looked up. */
  readonly address: string
  readonly count: number
  /** Between two of them, ms. */
  readonly interval: number
  /** For the last of them, ms. */
  readonly wait: number
  /** Bytes of data. */
  readonly size: number
}

export interface Echoes {
  readonly sent: number
  readonly received: number
  /** Round trips, ms; absent when nothing came back. */
  readonly rtt?: { readonly min: number; readonly avg: number; readonly max: number; readonly stddev: number }
  /** What a router said in place of an echo. */
  readonly said?: string
}

export type EchoAnswer = Echoes | { readonly missing: string } | { readonly stopped: true }

const howToGet = '`vedette setup ping` installs it, or `apt-get install iputils-ping`'

/** Asks for echoes. Never rejects; ends with `signal`, and the program with it. */
export function echo(
  orders: EchoOrders,
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<EchoAnswer> {
  const program = findProgram(env, 'ping')
  if (program === undefined) {
    return Promise.resolve({ missing: `expected the program ping on this machine, found none; ${howToGet}` })
  }
  if (signal.aborted) return Promise.resolve({ stopped: true })
  return new Promise(resolve => {
    // In words that are the same everywhere.
    const child = spawn(program, argumentsOf(orders), {
      env: { ...env, LANG: 'C', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stop = () => child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        output = (output + text).slice(0, 65_536)
      })
    }
    const end = (answer: EchoAnswer) => {
      signal.removeEventListener('abort', stop)
      resolve(answer)
    }
    child.once('error', error => end({ missing: `expected ping to start, found: ${error.message}; ${howToGet}` }))
    child.once('close', () => end(signal.aborted ? { stopped: true } : readEchoes(output)))
  })
}

function argumentsOf({ address, count, interval, wait, size }: EchoOrders): readonly string[] {
  const seconds = (ms: number) => String(ms / 1_000)
  return [
    isIPv4(address) ? '-4' : '-6',
    '-n',
    ...['-c', String(count), '-i', seconds(interval), '-W', seconds(wait), '-s', String(size)],
    address,
  ]
}

/** What ping printed: of iputils, of busybox, of BSD and macOS. */
export function readEchoes(output: string): EchoAnswer {
  const counts = /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(output)
  const last = output.trim().split('\n').at(-1)?.trim() ?? ''
  if (counts === null) {
    return { missing: `expected ping to send echoes, found: ${last.slice(0, 200) || 'no output'}; ${advice(output)}` }
  }
  const times = /(?:rtt|round-trip) min\/avg\/max(?:\/(?:mdev|stddev))? = ([\d./]+) ms/.exec(output)?.[1]
  const [min, avg, max, stddev = 0] = times?.split('/').map(Number) ?? []
  const said = /From \S+ .*?(Destination .*|Time to live exceeded|Packet filtered.*)/i.exec(output)?.[1]
  return {
    sent: Number(counts[1]),
    received: Number(counts[2]),
    ...(min === undefined || avg === undefined || max === undefined ? {} : { rtt: { min, avg, max, stddev } }),
    ...(said === undefined ? {} : { said }),
  }
}

function advice(output: string): string {
  if (/not permitted|permission denied|cap_net_raw/i.test(output)) {
    return 'it lacks the right to: `setcap cap_net_raw+ep "$(command -v ping)"`, or let net.ipv4.ping_group_range include our group'
  }
  if (/address family|cannot assign requested address/i.test(output))
    return 'this machine does not speak that version of IP'
  if (/network is unreachable/i.test(output)) return 'this machine has no route to the network of the target'
  if (/invalid|usage|unrecognized|bad timing|illegal/i.test(output)) return `another ping is needed: ${howToGet}`
  return 'try it by hand'
}
