/** What an error of the network means: ours is thrown, the target's gets its reason and a sentence. */

import type { PhaseName, Reason } from '../../core/contracts.ts'
import type { ProbeRun } from '../../core/definitions.ts'
import { formatDuration } from '../../core/duration.ts'
import { RunnerFault } from '../../core/fault.ts'

export interface Trouble {
  readonly reason: Exclude<Reason, 'runner' | 'missed'>
  readonly detail: string
}

interface NetworkError extends Error {
  readonly code?: string
  readonly reason?: string
  readonly address?: string
  readonly port?: number
  readonly errors?: readonly NetworkError[]
}

/** Our own troubles, a closed list: whatever is not in it and came after our first packet is the target's. */
const ours: Readonly<Record<string, string>> = {
  EMFILE: 'this process may open no more files or sockets; raise its limit (ulimit -n)',
  ENFILE: 'this machine may open no more files or sockets',
  ENOMEM: 'this machine has no memory left',
  ENOBUFS: 'this machine has no buffers left for sockets',
  EADDRNOTAVAIL: 'this machine has no free local port or no such local address',
  ENETDOWN: 'the network of this machine is down',
  // The kernel says this before a packet leaves: it knows no route. That a router far away says it is rare, and blames nobody either.
  ENETUNREACH: 'this machine has no route to the network of the target',
  EAI_AGAIN: 'the resolver of this machine does not answer',
  EAI_MEMORY: 'this machine has no memory left',
  UND_ERR_INVALID_ARG: 'the request cannot be written: it has a header or a path that is not allowed',
  UND_ERR_NOT_SUPPORTED: 'the request cannot be written: it has a header that is not supported',
}

const certificateTroubles: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'one that has expired',
  CERT_NOT_YET_VALID: 'one that is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'one that signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'one of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'a chain with a certificate missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'one whose issuer is not known (authority not trusted, or the chain sent is incomplete)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'one whose issuer is not known (authority not trusted, or the chain sent is incomplete)',
  CERT_SIGNATURE_FAILURE: 'one with a wrong signature',
  CERT_REVOKED: 'one that was revoked',
  INVALID_PURPOSE: 'one that is not meant for servers',
  CERT_CHAIN_TOO_LONG: 'a chain that is too long',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'one whose names cannot be read',
}

/** Most specific of the errors behind one. Connecting to several addresses gives one for each: the target's says more than ours. */
const innermost = (error: NetworkError): NetworkError => {
  const several = error.errors ?? []
  const telling = several.find(({ code = '' }) => ours[code] === undefined) ?? several[0]
  if (telling) return innermost(telling)
  const cause = error.cause as NetworkError | undefined
  return cause?.code === undefined ? error : innermost(cause)
}

/** What the error means that ended `stage`. Throws RunnerFault when it is our own. `peer` is `host:port`. */
export function troubleOf(thrown: unknown, stage: PhaseName, peer: string): Trouble {
  const error = innermost(thrown as NetworkError)
  const code = error.code ?? ''
  const own = ours[code]
  if (own !== undefined) throw new RunnerFault(`${own} (${code} at ${peer})`)
  if (code === 'ERR_ADDRESS_DENIED') return { reason: 'connect', detail: error.message }
  if (stage === 'resolve')
    return { reason: 'dns', detail: `expected an address for ${peer}, found ${resolveTrouble(code)}` }
  if (stage === 'connect') {
    const where = error.address === undefined || peer.includes(error.address) ? '' : ` (${error.address}:${error.port})`
    return {
      reason: 'connect',
      detail: `expected a connection to ${peer}${where}, found ${connectTrouble(code, error)}`,
    }
  }
  if (stage === 'tls') return { reason: 'tls', detail: tlsTrouble(code, error, peer) }
  return {
    reason: code === 'UND_ERR_HEADERS_OVERFLOW' ? 'limit' : 'protocol',
    detail: protocolTrouble(code, error, stage),
  }
}

function resolveTrouble(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_NONAME' || code === 'ENODATA')
    return `none: the name does not exist or has no such address (${code})`
  return `an error of the look-up (${code || 'unknown'})`
}

function connectTrouble(code: string, error: NetworkError): string {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'it refused',
    ECONNRESET: 'it was reset',
    ETIMEDOUT: 'no answer to our first packet',
    EHOSTUNREACH: 'no way to the host',
  }
  return known[code] === undefined ? error.message : `${known[code]} (${code})`
}

function tlsTrouble(code: string, error: NetworkError, peer: string): string {
  const bad = certificateTroubles[code]
  if (bad !== undefined) return `expected a valid certificate of ${peer}, found ${bad} (${code})`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `expected a certificate for ${peer}, found another name: ${error.reason ?? error.message}`
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/i.test(code)) {
    return `expected TLS from ${peer}, found something else (${code}): does the port speak plain text?`
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === '') {
    return `expected a TLS handshake with ${peer}, found that it closed the connection during it`
  }
  return `expected a TLS handshake with ${peer}, found ${code.startsWith('ERR_SSL') ? code.slice(8).toLowerCase().replaceAll('_', ' ') : error.message} (${code})`
}

function protocolTrouble(code: string, error: NetworkError, stage: PhaseName): string {
  const wanted = stage === 'transfer' ? 'the rest of the body' : 'an HTTP answer'
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'expected headers of at most 64 KiB, found more'
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return `expected ${wanted}, found that the connection was reset (${code})`
  if (error.message === 'bad response')
    return `expected ${wanted}, found an interim answer (100) that was not asked for`
  if (error.message === 'bad upgrade')
    return `expected ${wanted}, found a change of protocol (101) that was not asked for`
  if (code === 'UND_ERR_SOCKET') return `expected ${wanted}, found that the other side closed the connection`
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return `expected ${wanted}, found a body of another length than content-length says`
  }
  if (error.name === 'HTTPParserError') {
    return `expected ${wanted}, found bytes that break the rules of HTTP (${plain(error.message)})`
  }
  return `expected ${wanted}, found: ${plain(error.message)}${code ? ` (${code})` : ''}`
}

const plain = (text: string) => text.replace(/^Response does not match the HTTP\/1\.1 protocol \((.*)\)$/, '$1')

/** What a certificate's error code means: `one that has expired`. */
export const certificateTrouble = (code: string): string | undefined => certificateTroubles[code]

/**
 * The attempt ended by its signal: at the deadline that is a failure of the target, which says how far it came (`soFar`: "connected
 * after 12ms, then nothing"); a stop of our own is thrown.
 */
export function cutShort(run: Pick<ProbeRun, 'signal' | 'timeout'>, soFar: string): Trouble {
  const cause = run.signal.reason as { readonly name?: string } | undefined
  if (cause?.name !== 'TimeoutError') throw new RunnerFault('interrupted')
  return { reason: 'timeout', detail: `no answer within ${formatDuration(run.timeout)}: ${soFar}` }
}

/** Throws when the time was over before our turn came: nothing was asked of the target yet. */
export function refuseUnasked(
  run: Pick<ProbeRun, 'signal' | 'timeout'>,
  { queued, waited }: { readonly queued?: number; readonly waited?: number },
): void {
  if (queued === undefined || waited !== undefined || run.signal.reason?.name !== 'TimeoutError') return
  throw new RunnerFault(
    `overload: expected a turn for the TLS handshake within ${formatDuration(run.timeout)}, found too many before it; lower concurrency.probes or give the machine more CPU`,
  )
}

/** How far a connection came, for `cutShort`. */
export function progress(
  times: {
    readonly started: number
    readonly resolved?: number
    readonly connected?: number
    readonly secured?: number
  },
  stage: PhaseName,
  peer: string,
): string {
  const after = (moment: number | undefined) => formatDuration((moment ?? times.started) - times.started)
  if (stage === 'resolve') return `the look-up of ${peer} did not end`
  if (stage === 'connect')
    return times.resolved === undefined
      ? `no connection to ${peer}`
      : `resolved after ${after(times.resolved)}, then no connection to ${peer}`
  if (stage === 'tls') return `connected after ${after(times.connected)}, then no end of the TLS handshake`
  return `connected after ${after(times.secured ?? times.connected)}`
}
