import type { Text } from '../../core/definitions.ts'
import type { Delivery, SendContext } from '../../core/notifications.ts'
import { cut, oneLine } from './words.ts'

type Answer = Awaited<ReturnType<SendContext['request']>>

/** What an answer means. A status says whether trying again can help. */
export function deliveryOf(answer: Answer, now: number): Delivery {
  const { status } = answer
  if (status >= 200 && status < 300) return { outcome: 'delivered' }
  if (status >= 300 && status < 400) {
    const mend = 'redirects are not followed, put the final address into the configuration'
    return { outcome: 'later', trouble: `expected the receiver itself, found a redirect (${status}); ${mend}` }
  }
  const trouble = `expected the message to be taken, found ${status}${saying(answer)}`
  if (!passing.has(status) && status < 500) return { outcome: 'never', trouble }
  const after = retryAfter(answer.headers['retry-after'], now)
  return { outcome: 'later', trouble, ...(after === undefined ? {} : { after }) }
}

// Request Timeout, Too Early, Too Many Requests: what is wrong is the moment.
const passing = new Set([408, 425, 429])

const saying = ({ body }: Answer) => {
  const text = cut(oneLine(body), 200)
  return text === '' ? '' : `: ${text}`
}

/** Milliseconds; seconds or a date, as RFC 9110 has it. */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isFinite(wait) && wait > 0 ? wait : undefined
}

export interface Post {
  readonly url: Text
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  /** What the receiver says when it has taken the message: anything else with a good status came from somebody in between. */
  readonly expects?: { readonly words: string; readonly pattern: RegExp }
}

/** Sends JSON, and tells what became of it. */
export async function post(
  context: SendContext,
  { url, path = '', headers = {}, body, expects }: Post,
): Promise<Delivery> {
  const answer = await context.request({
    method: 'POST',
    url: path === '' ? context.reveal(url) : `${context.reveal(url).replace(/\/+$/, '')}${path}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const delivery = deliveryOf(answer, context.now)
  if (delivery.outcome !== 'delivered' || expects === undefined || expects.pattern.test(answer.body)) return delivery
  return {
    outcome: 'later',
    trouble: `expected ${expects.words}, found ${answer.status}${saying(answer) || ' without a word'}; is there something in between?`,
  }
}
