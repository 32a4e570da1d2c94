import { createHmac, timingSafeEqual } from 'node:crypto'

/** Seconds that a signature stays good: an old message that somebody kept is refused. */
const tolerance = 300

const digest = (secret: string, at: number, body: Buffer) =>
  createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')

/** `t=1767225600,v1=…`: HMAC-SHA256 over time and body, as payment providers sign what they send. `now` is in milliseconds. */
export function signWebhook(secret: string, body: Buffer, now: number): string {
  const at = Math.floor(now / 1_000)
  return `t=${at},v1=${digest(secret, at, body)}`
}

/** Whether the body is signed with the secret, and not long ago. */
export function isSignedWebhook(secret: string, body: Buffer, signature: string, now: number): boolean {
  const [, time, given = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature) ?? []
  if (time === undefined || Math.abs(now / 1_000 - Number(time)) > tolerance) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(digest(secret, Number(time), body)))
}
