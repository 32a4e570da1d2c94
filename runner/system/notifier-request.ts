import type { Agent } from 'undici'

export interface NotifierRequest {
  readonly method: 'POST' | 'PUT' | 'GET'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
}

export interface NotifierAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface Requests extends AsyncDisposable {
  /** Follows no redirect, cuts the body, and rejects with a sentence that holds neither path nor query: they may be secrets. */
  request(options: NotifierRequest): Promise<NotifierAnswer>
}

const mostBodyBytes = 64 * 1_024

/** Requests to receivers of messages, over connections of their own. */
export function createRequests(): Requests {
  let agent: Agent | undefined
  /** Loaded with the first message: most days nobody has to be told anything. */
  const load = async () => {
    const undici = await import('undici')
    // A connection that lay idle for an hour is dead just when it is needed.
    agent ??= new undici.Agent({
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 10_000,
      connections: 8,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    return { send: undici.request, dispatcher: agent }
  }
  return {
    async request({ method, url, headers = {}, body, signal }) {
      if (!URL.canParse(url))
        throw new Error('expected the address of a receiver such as https://example.com/…, found another text')
      try {
        const { send, dispatcher } = await load()
        const answer = await send(url, {
          dispatcher,
          method,
          headers: { 'user-agent': 'Vedette', ...headers },
          body: body ?? null,
          signal,
        })
        return { status: answer.statusCode, headers: plain(answer.headers), body: await beginning(answer.body) }
      } catch (error) {
        throw new Error(`expected an answer of ${new URL(url).host}, found: ${saying(error)}`, { cause: error })
      }
    },
    async [Symbol.asyncDispose]() {
      await agent?.destroy()
    },
  }
}

const plain = (headers: Readonly<Record<string, string | readonly string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'object' ? value.join(', ') : value]),
  )

/** A body that ends within or without end: what has come is enough to say what it is. */
async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body) {
    parts.push(part)
    bytes += part.byteLength
    if (bytes >= mostBodyBytes) break
  }
  return Buffer.concat(parts).subarray(0, mostBodyBytes).toString('utf8')
}

/** Of several addresses that were tried, the first that failed says the most. */
function saying(error: unknown): string {
  const { errors, message } = error as AggregateError
  return errors?.[0]?.message ?? (message || String(error))
}
