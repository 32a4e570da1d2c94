/** Servers that misbehave in every way that a probe has to survive: they lie, drip, hang, reset, and never end. */

import { once } from 'node:events'
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import { Worker } from 'node:worker_threads'

export interface BadServer extends AsyncDisposable {
  readonly port: number
  readonly url: URL
  /** What came in, one text a connection. */
  readonly heard: readonly string[]
  /** Connections so far. */
  readonly connections: number
  /** Resolves when there has been a connection and all of them are closed. */
  closed(): Promise<void>
}

export interface Behaviour {
  /** As soon as somebody connects. */
  onConnect?(socket: Socket): void
  /** When a whole head of a request has come. */
  onRequest?(socket: Socket, request: string, count: number): void
}

export interface BadServerOptions {
  readonly tls?: TlsOptions
  readonly host?: string
}

export async function badServer(
  behaviour: Behaviour,
  { tls, host = '127.0.0.1' }: BadServerOptions = {},
): Promise<BadServer> {
  const sockets = new Set<Socket>()
  const heard: string[] = []
  const waiting = new Set<() => void>()
  let connections = 0
  let requests = 0
  const look = () => {
    if (connections === 0 || sockets.size > 0) return
    for (const tell of waiting) tell()
    waiting.clear()
  }
  // The connection itself, below TLS, so that one that ends within the handshake counts as well.
  const track = (raw: Socket) => {
    connections += 1
    sockets.add(raw)
    raw.on('error', () => {})
    raw.on('close', () => {
      sockets.delete(raw)
      look()
    })
  }
  const serve = (socket: Socket) => {
    const index = heard.push('') - 1
    let answered = false
    socket.on('error', () => {})
    socket.on('data', chunk => {
      heard[index] += chunk.toString('latin1')
      if (answered || !heard[index]!.includes('\r\n\r\n')) return
      answered = true
      requests += 1
      behaviour.onRequest?.(socket, heard[index]!, requests)
    })
    behaviour.onConnect?.(socket)
  }
  const server: Server = tls ? createTls(tls, serve) : createPlain(serve)
  server.on('connection', track)
  server.on('tlsClientError', () => {})
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: new URL(`${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`),
    heard,
    get connections() {
      return connections
    },
    closed: () =>
      new Promise(resolve => {
        waiting.add(resolve)
        look()
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers every request with exactly these bytes; closes then, unless told to leave the connection open. */
export const says = (text: string | Buffer, { open = false }: { open?: boolean } = {}): Behaviour => ({
  onRequest: socket => (open ? void socket.write(text) : void socket.end(text)),
})

/** A well-made answer. */
export function answer(
  body: string | Buffer = '',
  { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Buffer {
  const content = Buffer.from(body)
  const lines = Object.entries({ 'content-length': String(content.length), ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`), content])
}

export const redirect = (location: string, status = 302): Buffer => answer('', { status, headers: { location } })

/** Never says a word. */
export const silent: Behaviour = {}

/** Reset (RST) as soon as somebody connects, or after the request. */
export const resets = (when: 'connect' | 'request'): Behaviour =>
  when === 'connect'
    ? { onConnect: socket => void socket.resetAndDestroy() }
    : { onRequest: socket => void socket.resetAndDestroy() }

/** Writes the same again and again for as long as the other side listens, after a head. */
export const endless = (head: string, part: string | Buffer): Behaviour => ({
  onRequest(socket) {
    socket.write(head)
    const pump = () => {
      while (!socket.destroyed && socket.write(part)) if (part.length === 0) return
    }
    socket.on('drain', pump)
    pump()
  },
})

/** Writes a text byte by byte, each when the kernel has taken the one before, then nothing for ever. */
export const drips = (text: string): Behaviour => ({
  onRequest(socket) {
    let index = 0
    const drop = () => {
      if (index < text.length && !socket.destroyed) socket.write(text[index++]!, () => setImmediate(drop))
    }
    drop()
  },
})

export interface DeafServer extends AsyncDisposable {
  readonly port: number
}

/** A port that is listened on by somebody who never accepts, its queue full: connecting to it takes for ever. */
export async function deafServer(): Promise<DeafServer> {
  const worker = new Worker(
    `const { createServer, connect } = require('node:net')
     const { parentPort } = require('node:worker_threads')
     const server = createServer()
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       const { port } = server.address()
       for (let count = 0; count < 8; count++) connect(port, '127.0.0.1').on('error', () => {})
       // Blocked before the first could be accepted: the kernel takes in as many as the queue holds, and drops the rest.
       process.nextTick(() => {
         parentPort.postMessage(port)
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
       })
     })`,
    { eval: true },
  )
  const [port] = (await once(worker, 'message')) as [number]
  return {
    port,
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
