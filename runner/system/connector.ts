/** Connections whose phases are timed: the name is looked up, the other side accepts, TLS is agreed. */

import { type LookupAddress, lookup } from 'node:dns'
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import { AddressDenied, type AddressGuard } from './address-guard.ts'
import { realClock } from './clock.ts'
import { createTurns } from './turns.ts'

export interface Secure {
  readonly context: SecureContext
  /** Name sent (SNI) and looked for in the certificate. Default: the host. */
  readonly servername?: string | undefined
  /** False: a bad certificate does not end the connection; `authorizationError` of the socket tells it. */
  readonly verify: boolean
  readonly protocols?: readonly string[]
}

export interface Target {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly family?: 4 | 6 | undefined
  /** Sees every address before a packet is sent to it, literal ones too. */
  readonly guard?: AddressGuard | undefined
  readonly secure?: Secure | undefined
}

/** Moments on the monotonic clock, filled in as they come. */
export interface ConnectTimes {
  /** Set anew when we kept it waiting: that time is not the target's. */
  started: number
  /** When it had to wait for its turn. */
  queued?: number
  /** How long it waited, ms. Absent while it waits. */
  waited?: number
  resolved?: number
  connected?: number
  secured?: number
}

export const isSecure = (socket: Socket): socket is TLSSocket => 'encrypted' in socket

/** The host of a URL as sockets want it. */
export const hostOf = (url: URL): string => (url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname)

/** The port of a URL, also when it is the usual one. */
export const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80) : Number(url.port)

export interface Connection {
  /** Ends everything; `done` is then not called any more. */
  destroy(): void
}

export type Connected = (...answer: [error: Error, none: undefined] | [none: undefined, socket: Socket]) => void

// The keys of a handshake are computed in this thread, about a millisecond each: of hundreds at once each would look slow. One that waits for the
// other side computes nothing, so its place is given on soon.
const handshakes = createTurns({ most: 4, hold: 20, timer: realClock.timer })

/**
 * Connects. `done` is called once: with the socket when it may be used (after TLS, when there is to be TLS), or with the error. Few TLS
 * handshakes begin at a time; `times` tells who had to wait.
 */
export function connect(target: Target, times: ConnectTimes, now: () => number, done: Connected): Connection {
  if (target.secure === undefined) return open(target, times, now, done)
  let socket: Socket | undefined
  const turn = handshakes.take(() => {
    if (times.queued !== undefined) {
      times.started = now()
      times.waited = times.started - times.queued
    }
    socket = open(target, times, now, (...answer) => {
      turn.leave()
      done(...answer)
    })
  })
  if (socket === undefined) times.queued = now()
  return {
    destroy() {
      turn.leave()
      socket?.destroy()
    },
  }
}

function open(target: Target, times: ConnectTimes, now: () => number, done: Connected): Socket {
  const { host, port, family, guard, secure } = target
  const literal = isIP(host) !== 0
  const denied = literal ? guard?.(host) : undefined
  const common = {
    host,
    port,
    noDelay: true,
    ...(family === undefined ? {} : { family, autoSelectFamily: false }),
    ...(guard === undefined || literal ? {} : { lookup: guardedLookup(guard) }),
  }
  const socket: Socket = secure ? connectTls({ ...common, ...tlsOptions(secure, host) }) : connectPlain(common)
  let unsettled = true
  const finish = (error?: Error) => {
    if (!unsettled) return
    unsettled = false
    if (error) done(error, undefined)
    else done(undefined, socket)
  }
  if (!literal) {
    socket.once('lookup', (error: Error | null) => {
      if (!error) times.resolved = now()
    })
  }
  socket.on('connect', () => {
    times.connected = now()
    if (!secure) finish()
  })
  if (secure) {
    socket.on('secureConnect', () => {
      times.secured = now()
      finish()
    })
  }
  // It stays, because a socket may fail at any time and an error that nobody listens to ends the process.
  socket.on('error', finish)
  // Without an error event the other side went away politely, but before anything was agreed.
  socket.on('close', () => {
    // Every connection closes in the end, and an error is dear: it notes where it was made.
    if (unsettled) finish(new Error('the connection was closed'))
  })
  if (denied !== undefined) socket.destroy(new AddressDenied(denied))
  return socket
}

/** Continues a connection in TLS (STARTTLS). */
export function upgrade(
  plain: Socket,
  secure: Secure,
  host: string,
  done: (error: Error | undefined, socket: TLSSocket) => void,
): TLSSocket {
  const socket = connectTls({ socket: plain, ...tlsOptions(secure, host) })
  let open = true
  const finish = (error?: Error) => {
    if (!open) return
    open = false
    done(error, socket)
  }
  socket.on('secureConnect', () => finish())
  socket.on('error', finish)
  socket.on('close', () => {
    if (open) finish(new Error('the connection was closed'))
  })
  return socket
}

function tlsOptions({ context, servername, verify, protocols }: Secure, host: string) {
  // An address is no name: it cannot be sent as one, yet the certificate is held to it.
  const name = servername ?? (isIP(host) === 0 ? host : undefined)
  return {
    secureContext: context,
    rejectUnauthorized: verify,
    host,
    ...(name === undefined ? {} : { servername: name }),
    ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
  }
}

function guardedLookup(guard: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, '', 0)
      const reason = found.map(({ address }) => guard(address)).find(text => text !== undefined)
      if (reason !== undefined) return callback(new AddressDenied(`${reason} for ${hostname}`), '', 0)
      if (options.all) return callback(null, found)
      const [first] = found
      callback(null, first?.address ?? '', first?.family ?? 0)
    })
  }
}
