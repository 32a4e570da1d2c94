/** A receiver of messages over HTTP that keeps what comes and behaves as it is told: it takes, fails, hangs, redirects, resets, talks nonsense. */

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createUntil } from './until.ts'

export interface Request {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Behaviour =
  | 'hang'
  | 'reset'
  | 'garbage'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly Request[]
  /** From now on. */
  behave(how: Behaviour | ((request: Request) => Behaviour)): void
  /** Resolves when there have been so many requests, those of before included. */
  received(many: number): Promise<void>
  /** Resolves when no connection is open. */
  quiet(): Promise<void>
}

export async function createReceiver(
  first: Behaviour | ((request: Request) => Behaviour) = { status: 200 },
): Promise<Receiver> {
  const requests: Request[] = []
  const { until, tell } = createUntil()
  const sockets = new Set<Socket>()
  let how = first
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => void parts.push(part))
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming
      const request = { method, path, headers, body: Buffer.concat(parts).toString() }
      requests.push(request)
      answer(outgoing, incoming.socket, typeof how === 'function' ? how(request) : how)
      tell()
    })
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      tell()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave(next) {
      how = next
    },
    received: many => until(() => requests.length >= many),
    quiet: () => until(() => sockets.size === 0),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function answer(outgoing: ServerResponse, socket: Socket, how: Behaviour): void {
  if (how === 'hang') return
  if (how === 'reset') return void socket.resetAndDestroy()
  if (how === 'garbage') return void socket.end('\u0000\u0001 this is not HTTP\r\n\r\n')
  outgoing.writeHead(how.status, { ...how.headers, connection: 'close' }).end(how.body ?? '')
}
