/** One question to one name server, over UDP or TCP. */

import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { isIPv6, type Socket } from 'node:net'
import {
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
  streamEncode,
} from 'dns-packet'
import type { Clock } from '../core/contracts.ts'

export interface DnsServer {
  readonly host: string
  readonly port: number
}

export interface DnsQuestion {
  readonly name: string
  readonly type: string
  readonly recursion: boolean
}

export interface DnsSeen {
  /** Moment of the answer on the monotonic clock. */
  readonly at: number
  readonly end:
    | { readonly kind: 'answered'; readonly packet: DecodedPacket; readonly bytes: number }
    | { readonly kind: 'garbage'; readonly detail: string }
    | { readonly kind: 'error'; readonly error: Error }
    | { readonly kind: 'aborted' }
}

/** The name servers of this machine, the first asked first. */
export const systemServers = (): readonly DnsServer[] => getServers().map(parseServer)

/** `1.1.1.1`, `127.0.0.1:5353`, `[::1]:5353`, `::1`. */
export function parseServer(text: string): DnsServer {
  const [, bracketed, bracketedPort] = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? []
  if (bracketed !== undefined) return { host: bracketed, port: Number(bracketedPort ?? 53) }
  if (isIPv6(text)) return { host: text, port: 53 }
  const [host, port] = text.split(':')
  return { host: host!, port: Number(port ?? 53) }
}

const newId = () => randomInt(0, 65_536)

const packetOf = ({ name, type, recursion }: DnsQuestion, id: number): Packet => ({
  type: 'query',
  id,
  flags: recursion ? RECURSION_DESIRED : 0,
  questions: [{ name, type: type as RecordType }],
})

/** Asks by UDP; a packet may get lost, so the question is repeated every `again` ms. Answers to other questions are passed over. Never rejects. */
export function askByUdp(
  question: DnsQuestion,
  server: DnsServer,
  { clock, signal, again }: { readonly clock: Clock; readonly signal: AbortSignal; readonly again: number },
): Promise<DnsSeen> {
  return new Promise(resolve => {
    const id = newId()
    const packet = encode(packetOf(question, id))
    // Connected, so that the kernel drops what others send and tells us when the port is closed.
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4')
    let cancel: (() => void) | undefined
    let open = true
    const settle = (end: DnsSeen['end']) => {
      if (!open) return
      open = false
      cancel?.()
      signal.removeEventListener('abort', onAbort)
      socket.close()
      resolve({ at: clock.monotonic(), end })
    }
    const onAbort = () => settle({ kind: 'aborted' })
    const send = () => {
      if (!open) return
      socket.send(packet)
      cancel = clock.timer(again, send)
    }
    socket.on('error', error => settle({ kind: 'error', error }))
    socket.on('message', message => {
      const read = readAnswer(message, id, question)
      if (read !== undefined) settle(read)
    })
    socket.once('connect', send)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.connect(server.port, server.host)
  })
}

/** Asks over a TCP connection, which is closed in the end. Never rejects. */
export function askOverTcp(
  socket: Socket,
  question: DnsQuestion,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<DnsSeen> {
  return new Promise(resolve => {
    const id = newId()
    let received = Buffer.alloc(0)
    let open = true
    const settle = (end: DnsSeen['end']) => {
      if (!open) return
      open = false
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve({ at: clock.monotonic(), end })
    }
    const onAbort = () => settle({ kind: 'aborted' })
    socket.on('error', error => settle({ kind: 'error', error }))
    socket.on('close', () =>
      settle({ kind: 'garbage', detail: 'that the server closed the connection without an answer' }),
    )
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2) return
      const length = received.readUInt16BE(0)
      if (received.length < length + 2) return
      settle(
        readAnswer(received.subarray(2, length + 2), id, question) ?? {
          kind: 'garbage',
          detail: 'the answer to another question',
        },
      )
    })
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.write(streamEncode(packetOf(question, id)))
  })
}

function readAnswer(message: Buffer, id: number, question: DnsQuestion): DnsSeen['end'] | undefined {
  if (message.length < 12)
    return { kind: 'garbage', detail: `a packet of ${message.length} bytes, too short for an answer` }
  if (message.readUInt16BE(0) !== id) return undefined
  try {
    const packet = decode(message)
    if (packet.type !== 'response') return { kind: 'garbage', detail: 'a question instead of an answer' }
    const [asked] = packet.questions ?? []
    const same =
      asked === undefined || (asked.name.toLowerCase() === question.name.toLowerCase() && asked.type === question.type)
    return same ? { kind: 'answered', packet, bytes: message.length } : undefined
  } catch (error) {
    return { kind: 'garbage', detail: `a packet that cannot be read (${(error as Error).message})` }
  }
}
