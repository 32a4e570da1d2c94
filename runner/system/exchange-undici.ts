import { Client, type Dispatcher } from 'undici'
import { type Connection, connect, isSecure } from './connector.ts'
import { type Exchange, type ExchangeRequest, type ExchangeTools, recordExchange } from './exchange-record.ts'

const mostHeaderBytes = 64 * 1_024

/** One request of any method, with or without a body. Never rejects. */
export const exchangeByUndici = (request: ExchangeRequest, tools: ExchangeTools): Promise<Exchange> =>
  new Promise(resolve => run(request, tools, resolve))

function run(request: ExchangeRequest, tools: ExchangeTools, resolve: (seen: Exchange) => void) {
  const { url, target } = request
  const { clock, signal } = tools
  let connection: Connection | undefined
  const release = ({ kind }: Exchange['end']) => {
    connection?.destroy()
    // With an answer nothing is left in the client, and destroying it would cost an error object with a stack.
    if (kind !== 'answered') client.destroy(null, () => {})
  }
  const client = new Client(url.origin, {
    // One deadline holds for everything: our signal.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: mostHeaderBytes,
    allowH2: false,
    connect: (_, callback) => {
      connection = connect(
        target,
        times,
        () => clock.monotonic(),
        (error, ready) => {
          if (error) return callback(error, null)
          if (isSecure(ready)) record.certificate(ready.getPeerX509Certificate())
          callback(null, ready)
        },
      )
    },
  })
  const record = recordExchange(request, tools, release, resolve)
  const { times, settle } = record
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onRequestSent() {
      times.sent = clock.monotonic()
    },
    onResponseStarted() {
      times.answered ??= clock.monotonic()
    },
    onResponseStart(_, code, head) {
      if (code < 200) record.interim(code)
      else record.head(code, head)
    },
    onResponseData: (_, chunk) => record.data(chunk),
    onResponseEnd: () => record.ended(),
    onResponseError: (_, error) => settle({ kind: 'error', error }),
  }
  if (signal.aborted) return settle({ kind: 'aborted' })
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
