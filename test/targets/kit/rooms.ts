import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

/** What somebody says in a room. */
export interface Said {
  readonly room: string
  readonly name: string
  readonly message: Readonly<Record<string, unknown>>
}

export interface RoomsOptions {
  readonly servers: readonly Server[]
  readonly path: string
  /** The room that the address asked for leads to, and who comes; undefined is refused with 401. */
  admit(url: URL): { readonly room: string; readonly name: string } | undefined
  /** Sees each message before the others do; false keeps it back. */
  relay?(said: Said): boolean
  /** Most people in a room; one more is refused with 409. Default: 2. */
  readonly most?: number
}

/**
 * WebSocket rooms: what one says reaches the others of the room. Everybody is told who is there (`welcome`, with the others' names),
 * and who comes and goes (`joined`, `left`).
 */
export function attachRooms(options: RoomsOptions): { readonly count: number; close(): void } {
  const { servers, path, admit, relay = () => true, most = 2 } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })
  const rooms = new Map<string, Map<WebSocket, string>>()

  const enter = (socket: WebSocket, room: string, name: string) => {
    const people = rooms.get(room) ?? new Map<WebSocket, string>()
    rooms.set(room, people)
    const tell = (message: object) => {
      for (const [other] of people) if (other !== socket) other.send(JSON.stringify(message))
    }
    socket.send(JSON.stringify({ type: 'welcome', others: [...people.values()] }))
    people.set(socket, name)
    tell({ type: 'joined', name })
    socket.on('message', data => {
      const message = parse(String(data))
      if (message && relay({ room, name, message })) tell({ ...message, from: name })
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      people.delete(socket)
      if (people.size === 0) rooms.delete(room)
      tell({ type: 'left', name })
    })
  }

  for (const server of servers) {
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
      if (url.pathname !== path) return refuse('404 Not Found')
      const admitted = admit(url)
      if (!admitted) return refuse('401 Unauthorized')
      if ((rooms.get(admitted.room)?.size ?? 0) >= most) return refuse('409 Conflict')
      sockets.handleUpgrade(request, socket, head, opened => enter(opened, admitted.room, admitted.name))
    })
  }
  return {
    get count() {
      return sockets.clients.size
    },
    close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}
