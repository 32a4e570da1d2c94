/** The short way for what monitors ask most: a GET or HEAD with nothing special, on a socket of its own. Costs about half of what a whole client does. */

import type { Socket } from 'node:net'
import { type Connection, connect, isSecure } from './connector.ts'
import { type Exchange, type ExchangeRequest, type ExchangeTools, recordExchange } from './exchange-record.ts'
import { createAnswerParser } from './http-parser.ts'

/** Headers that change how the two sides talk: those requests need more than this file knows. */
const special = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const sendable = /^[\t\x20-\x7e\x80-\xff]*$/

/** The request as it is sent, or undefined when it is not a plain one (then it is not for `exchangePlainly`). */
export function plainHead({ url, method, headers, body }: ExchangeRequest): string | undefined {
  if ((method !== 'GET' && method !== 'HEAD') || body !== undefined) return undefined
  let fields = ''
  for (const name in headers) {
    const value = headers[name]!
    if (special.has(name) || !token.test(name) || !sendable.test(value)) return undefined
    if (name !== 'host') fields += `${name}: ${value}\r\n`
  }
  const host = headers['host'] ?? url.host
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${fields}\r\n`
}

/** One plain request; `head` is that of `plainHead`. Never rejects. */
export const exchangePlainly = (request: ExchangeRequest, head: string, tools: ExchangeTools): Promise<Exchange> =>
  new Promise(resolve => run(request, head, tools, resolve))

function run(request: ExchangeRequest, head: string, tools: ExchangeTools, resolve: (seen: Exchange) => void) {
  const { clock } = tools
  const now = () => clock.monotonic()
  let connection: Connection | undefined
  const record = recordExchange(request, tools, () => connection?.destroy(), resolve)
  const { times, settle } = record
  if (tools.signal.aborted) return settle({ kind: 'aborted' })
  const parser = createAnswerParser(request.method !== 'HEAD', {
    onInterim: record.interim,
    onHead: record.head,
    onData: record.data,
    onEnd: record.ended,
    onTrouble: (kind, detail) => settle({ kind, detail }),
  })
  const talk = (ready: Socket) => {
    if (isSecure(ready)) record.certificate(ready.getPeerX509Certificate())
    ready.on('data', (chunk: Buffer) => {
      times.answered ??= now()
      parser.write(chunk)
    })
    ready.on('end', parser.end)
    // Where a connection is gone without an end there is nothing to wait for either.
    ready.on('close', parser.end)
    ready.on('error', error => settle({ kind: 'error', error }))
    ready.write(head, 'latin1')
    times.sent = now()
  }
  connection = connect(request.target, times, now, (error, ready) =>
    error ? settle({ kind: 'error', error }) : talk(ready),
  )
}
