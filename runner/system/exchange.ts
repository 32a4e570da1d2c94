import type { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Clock, PhaseName } from '../core/contracts.ts'
import { type ConnectTimes, connect, isSecure, type Target } from './connector.ts'
import { createUnpacker, encodingsOf, type Unpacker } from './unpack.ts'

export interface ExchangeRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  readonly target: Target
  /** Most bytes of the body, as it travels and unpacked. */
  readonly limits: { readonly wire: number; readonly unpacked: number }
  /** Whether the body is wanted; else it is only counted. */
  readonly keepBody: boolean
}

export interface ExchangeTimes extends ConnectTimes {
  readonly started: number
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

const mostHeaderBytes = 64 * 1_024
const mostInformational = 20

/** One request over a connection of its own, which is closed in the end whatever happened. HTTP/1.1. Never rejects. */
export function exchange(
  request: ExchangeRequest,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Exchange> {
  return new Promise(resolve => run(request, clock, signal, resolve))
}

function run(request: ExchangeRequest, clock: Clock, signal: AbortSignal, resolve: (seen: Exchange) => void) {
  const { url, target, limits, keepBody } = request
  const times: ExchangeTimes = { started: clock.monotonic() }
  const chunks: Buffer[] = []
  let socket: Socket | undefined
  let certificate: X509Certificate | undefined
  let status: number | undefined
  let headers: Exchange['headers'] = {}
  let wireBytes = 0
  let bodyBytes = 0
  let informational = 0
  let unpacker: Unpacker | undefined
  let open = true

  const settle = (end: Exchange['end']) => {
    if (!open) return
    open = false
    signal.removeEventListener('abort', onAbort)
    const stage = stageOf(times, status, target)
    unpacker?.destroy()
    socket?.destroy()
    // With an answer nothing is left in the client, and destroying it would cost an error object with a stack.
    if (end.kind !== 'answered') client.destroy(null, () => {})
    const body = keepBody ? (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)) : undefined
    const known = {
      ...(status === undefined ? {} : { status }),
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

  const client = new Client(url.origin, {
    // One deadline holds for everything: our signal.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: mostHeaderBytes,
    allowH2: false,
    connect: (_, callback) => {
      socket = connect(
        target,
        times,
        () => clock.monotonic(),
        (error, ready) => {
          if (error) return callback(error, null)
          if (isSecure(ready)) certificate = ready.getPeerX509Certificate()
          callback(null, ready)
        },
      )
    },
  })
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onRequestSent() {
      times.sent = clock.monotonic()
    },
    onResponseStarted() {
      times.answered ??= clock.monotonic()
    },
    onResponseStart(_, code, head) {
      if (code < 200) {
        informational += 1
        if (informational > mostInformational) {
          settle({
            kind: 'broken',
            detail: `expected an answer, found more than ${mostInformational} interim answers (${code})`,
          })
        }
        return
      }
      status = code
      headers = head
      const encoding = String(head['content-encoding'] ?? '')
      if (encodingsOf(encoding).length === 0) return
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
        settle({
          kind: 'broken',
          detail: `expected a content-encoding that can be unpacked, found '${encoding.slice(0, 80)}'`,
        })
      }
    },
    onResponseData(_, chunk) {
      if (!open) return
      wireBytes += chunk.length
      if (wireBytes > limits.wire) settle({ kind: 'limit', detail: atMost(limits.wire, 'a body', '') })
      else if (unpacker) unpacker.write(chunk)
      else take(chunk)
    },
    onResponseEnd() {
      times.ended = clock.monotonic()
      if (unpacker) unpacker.end()
      else settle({ kind: 'answered' })
    },
    onResponseError: (_, error) => settle({ kind: 'error', error }),
  }

  if (signal.aborted) return onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    client.dispatch(
      {
        path: url.pathname + url.search,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headers,
        body: request.body ?? null,
        reset: true,
      },
      handler,
    )
  } catch (error) {
    settle({ kind: 'error', error: error as Error })
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
