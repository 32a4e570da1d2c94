import type { Server } from 'node:http'
import { WebSocketServer } from 'ws'

export interface Sockets {
  /** Tells something to every open page. */
  broadcast(message: unknown): void
  readonly count: number
  close(): void
}

/** WebSockets at one path of some listeners. `admit` decides by the address asked for; others get 401. */
export function attachSockets(servers: readonly Server[], path: string, admit: (url: URL) => boolean): Sockets {
  const sockets = new WebSocketServer({ noServer: true })
  for (const server of servers) {
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (url.pathname.replace(/\/$/, '') !== path) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
      if (!admit(url)) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      sockets.handleUpgrade(request, socket, head, opened => {
        opened.on('error', () => opened.terminate())
        // From here on nothing is missed; a page or a test can wait for it.
        opened.send(JSON.stringify({ type: 'welcome' }))
      })
    })
  }
  return {
    broadcast(message) {
      const text = JSON.stringify(message)
      for (const socket of sockets.clients) socket.send(text)
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
