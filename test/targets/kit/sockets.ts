import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Sockets<Who> {
  /** Tells something to every open page, or to those of some people. */
  broadcast(message: unknown, isFor?: (who: Who) => boolean): void
  readonly count: number
  close(): void
}

/** WebSockets at one path of some listeners. `admit` says by the address asked for who it is; nobody gets 401. */
export function attachSockets<Who>(
  servers: readonly Server[],
  path: string,
  admit: (url: URL) => Who | undefined | false,
): Sockets<Who> {
  const sockets = new WebSocketServer({ noServer: true })
  const people = new WeakMap<WebSocket, Who>()
  for (const server of servers) {
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (url.pathname.replace(/\/$/, '') !== path) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
      const who = admit(url)
      if (!who) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      sockets.handleUpgrade(request, socket, head, opened => {
        people.set(opened, who)
        opened.on('error', () => opened.terminate())
        // From here on nothing is missed; a page or a test can wait for it.
        opened.send(JSON.stringify({ type: 'welcome' }))
      })
    })
  }
  return {
    broadcast(message, isFor = () => true) {
      const text = JSON.stringify(message)
      for (const socket of sockets.clients) if (isFor(people.get(socket)!)) socket.send(text)
    },
    get count() {
      return sockets.clients.size
    },
    close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
