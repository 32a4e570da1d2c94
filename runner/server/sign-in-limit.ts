/** How often somebody may try to sign in. */

import { BlockList, isIP, isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Clock } from '../core/contracts.ts'
import { HttpProblem } from './problem.ts'

const most = 10
const within = 15 * 60_000
// Whoever guesses from many places is slowed down by the name; more than these are not remembered.
const mostOfName = 50
const mostKeys = 10_000

export interface SignInLimit {
  /** Counts a try, or refuses it. Tries of the token count for their address alone: a stranger locks nobody out of it. */
  take(request: FastifyRequest, name?: string): void
  /** It was right: none of it counts, and from this address the name is never refused for what others try. */
  right(request: FastifyRequest, name?: string): void
}

/** `proxies`: whose word we take for the address of whoever asked them. */
export function createSignInLimit({ clock, proxies }: { readonly clock: Clock; readonly proxies: readonly string[] }) {
  const tries = createCounter(clock)
  const trusted = new Map<string, true>()
  const believed = listOf(proxies)

  const limit: SignInLimit = {
    take(request, name) {
      const address = addressOf(request, believed)
      tries.take(`address ${address}`, most)
      if (name !== undefined && !trusted.has(`${address} ${name}`)) tries.take(`name ${name}`, mostOfName)
    },
    right(request, name) {
      const address = addressOf(request, believed)
      tries.forget(`address ${address}`)
      if (name === undefined) return
      if (trusted.size >= mostKeys) trusted.delete(trusted.keys().next().value!)
      trusted.set(`${address} ${name}`, true)
    },
  }
  return limit
}

function createCounter(clock: Clock) {
  const counts = new Map<string, { many: number; readonly until: number }>()
  const makeRoom = (now: number) => {
    for (const [key, { until }] of counts) if (until <= now) counts.delete(key)
    if (counts.size >= mostKeys) counts.delete(counts.keys().next().value!)
  }
  return {
    take(key: string, most: number) {
      const now = clock.monotonic()
      let count = counts.get(key)
      if (count === undefined || count.until <= now) {
        if (counts.size >= mostKeys) makeRoom(now)
        count = { many: 0, until: now + within }
        counts.set(key, count)
      }
      if (count.many >= most) throw tooMany(count.until - now)
      count.many += 1
    },
    forget: (key: string) => void counts.delete(key),
  }
}

/** The wait is part of the problem, so that whoever answers it can say so in a header. */
class TooManyTries extends HttpProblem {
  readonly retryAfter: number
  constructor(wait: number) {
    const minutes = Math.ceil(wait / 60_000)
    super(429, {
      expected: 'fewer tries to sign in',
      found: `${most} or more that were wrong`,
      mend: `try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}; an admin sets a new password with \`vedette people password\``,
    })
    this.retryAfter = Math.ceil(wait / 1_000)
  }
}
const tooMany = (wait: number) => new TooManyTries(wait)
export const waitOf = (error: unknown): number | undefined =>
  error instanceof TooManyTries ? error.retryAfter : undefined

/** Loopback is always believed: nobody else can ask from there but programs of this machine. */
function listOf(proxies: readonly string[]): BlockList {
  const list = new BlockList()
  for (const proxy of ['127.0.0.0/8', '::1', ...proxies]) {
    const [address = '', bits] = proxy.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** Of whoever asks: past proxies that are believed, the nearest first. Of IPv6 the network, because everybody has billions of addresses. */
function addressOf(request: FastifyRequest, believed: BlockList): string {
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',').map(plain)
  let address = plain(request.socket.remoteAddress ?? '')
  while (isBelieved(address, believed)) {
    const before = forwarded.pop()
    if (before === undefined || isIP(before) === 0) break
    address = before
  }
  return isIPv6(address) ? networkOf(address) : address
}

const plain = (text: string): string => text.trim().replace(/^::ffff:(?=\d+\.)/i, '')

const isBelieved = (address: string, believed: BlockList): boolean =>
  isIP(address) !== 0 && believed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

/** The first 64 bits. */
function networkOf(address: string): string {
  const whole = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1)
  const [head = '', tail] = whole.split('::')
  const parts = head.split(':').filter(Boolean)
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const middle = tail === undefined ? [] : Array.from({ length: 8 - parts.length - after.length }, () => '0')
  return [...parts, ...middle, ...after].slice(0, 4).join(':')
}
