import { createHmac, timingSafeEqual } from 'node:crypto'

const stepMs = 30_000
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Whether a code is the time-based one-time password (RFC 6238: SHA-1, six digits, 30 s) of now, or of the step before or after. */
export function isTotp(secret: string, code: string, now: number): boolean {
  const step = Math.floor(now / stepMs)
  return [step - 1, step, step + 1].some(counter => equals(codeOf(secret, counter), code))
}

function codeOf(secret: string, counter: number): string {
  const moment = Buffer.alloc(8)
  moment.writeBigUInt64BE(BigInt(counter))
  const digest = createHmac('sha1', fromBase32(secret)).update(moment).digest()
  const place = digest.at(-1)! & 0xf
  return String((digest.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** RFC 4648, without padding. */
function fromBase32(text: string): Buffer {
  const bits = [...text.toUpperCase()].map(letter => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2)))
}

const equals = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
