import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Clock, PhaseName } from '../core/contracts.ts'
import type { ConnectTimes, Target } from './connector.ts'
import { createUnpacker, encodingsOf, type Unpacker } from './unpack.ts'

export interface ExchangeRequest {
  readonly url: URL
  readonly method: string
  /** With names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  readonly target: Target
  /** Most bytes of the body, as it travels and unpacked. */
  readonly limits: { readonly wire: number; readonly unpacked: number }
  /** Whether the body is wanted; else it is only counted. */
  readonly keepBody: boolean
}

/** What an exchange takes from its surroundings. */
export interface ExchangeTools {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told when we ourselves kept the target waiting, ms. */
  waited?(ms: number): void
}

export interface ExchangeTimes extends ConnectTimes {
  sent?: number
  /** First byte of the answer. */
  answered?: number
  ended?: number
}

/** What one request saw, however it ended. */
export interface Exchange {
  readonly times: ExchangeTimes
  /** Where it was when it ended. */
  readonly stage: PhaseName
  /** Undefined: no head of an answer came. */
  readonly status?: number
  /** Of the answer, where it was looked at. */
  readonly version?: 1 | 1.1
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer | undefined
  /** Bytes of the body as they travelled, and unpacked. */
  readonly wireBytes: number
  readonly bodyBytes: number
  readonly certificate?: X509Certificate
  readonly end:
    | { readonly kind: 'answered' }
    | { readonly kind: 'aborted' }
    | { readonly kind: 'limit'; readonly detail: string }
    | { readonly kind: 'error'; readonly error: Error }
    | { readonly kind: 'broken'; readonly detail: string }
}

/** What is common to all ways of asking: it notes what comes, unpacks it, holds it to the limits, and ends once. */
export interface ExchangeRecord {
  readonly times: ExchangeTimes
  /** False when there were too many of them, which ends the exchange. */
  interim(status: number): boolean
  head(status: number, headers: Exchange['headers'], version?: 1 | 1.1): void
  data(chunk: Buffer): void
  /** The answer is whole; a packed body may still have to be unpacked. */
  ended(): void
  certificate(found: X509Certificate | undefined): void
  settle(end: Exchange['end']): void
}

const mostInterim = 20

/** `release` closes the connection, whatever happened; `resolve` gets what was seen. */
export function recordExchange(
  { target, limits, keepBody }: ExchangeRequest,
  tools: ExchangeTools,
  release: (end: Exchange['end']) => void,
  resolve: (seen: Exchange) => void,
): ExchangeRecord {
  const { clock, signal } = tools
  const times: ExchangeTimes = { started: clock.monotonic() }
  const chunks: Buffer[] = []
  let certificate: X509Certificate | undefined
  let status: number | undefined
  let version: 1 | 1.1 | undefined
  let headers: Exchange['headers'] = {}
  let wireBytes = 0
  let bodyBytes = 0
  let interims = 0
  let unpacker: Unpacker | undefined
  let open = true

  const settle = (end: Exchange['end']) => {
    if (!open) return
    open = false
    signal.removeEventListener('abort', onAbort)
    const stage = stageOf(times, status, target)
    unpacker?.destroy()
    release(end)
    if (times.waited !== undefined) tools.waited?.(times.waited)
    const body = keepBody ? (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)) : undefined
    const known = {
      ...(status === undefined ? {} : { status }),
      ...(version === undefined ? {} : { version }),
      ...(certificate === undefined ? {} : { certificate }),
    }
    resolve({ times, stage, ...known, headers, body, wireBytes, bodyBytes, end })
  }
  const onAbort = () => settle({ kind: 'aborted' })
  const take = (chunk: Buffer) => {
    bodyBytes += chunk.length
    if (bodyBytes > limits.unpacked) settle({ kind: 'limit', detail: atMost(limits.unpacked, 'a body', ', unpacked') })
    else if (keepBody) chunks.push(chunk)
  }
  const unpack = (encoding: string) => {
    unpacker = createUnpacker({
      encoding,
      onData: take,
      onEnd: () => settle({ kind: 'answered' }),
      onError: error =>
        settle({
          kind: 'broken',
          detail: `expected a body packed with ${encoding}, found one that cannot be unpacked (${error.message})`,
        }),
    })
    if (!unpacker && keepBody) {
      const found = encoding.slice(0, 80)
      settle({ kind: 'broken', detail: `expected a content-encoding that can be unpacked, found '${found}'` })
    }
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    times,
    settle,
    interim(code) {
      interims += 1
      if (interims <= mostInterim) return true
      settle({ kind: 'broken', detail: `expected an answer, found more than ${mostInterim} interim answers (${code})` })
      return false
    },
    head(code, found, spoken) {
      status = code
      headers = found
      version = spoken
      const encoding = String(found['content-encoding'] ?? '')
      if (encodingsOf(encoding).length > 0) unpack(encoding)
    },
    data(chunk) {
      if (!open) return
      wireBytes += chunk.length
      if (wireBytes > limits.wire) settle({ kind: 'limit', detail: atMost(limits.wire, 'a body', '') })
      else if (unpacker) unpacker.write(chunk)
      else take(chunk)
    },
    ended() {
      if (!open) return
      times.ended = clock.monotonic()
      if (unpacker) unpacker.end()
      else settle({ kind: 'answered' })
    },
    certificate(found) {
      certificate = found
    },
  }
}

const atMost = (bytes: number, what: string, more: string) =>
  `expected ${what} of at most ${bytes.toLocaleString('en')} bytes${more}, found more`

function stageOf(times: ExchangeTimes, status: number | undefined, target: Target): PhaseName {
  if (times.connected === undefined) {
    return times.resolved === undefined && isIP(target.host) === 0 ? 'resolve' : 'connect'
  }
  if (target.secure && times.secured === undefined) return 'tls'
  if (times.sent === undefined) return 'send'
  return status === undefined ? 'wait' : 'transfer'
}
