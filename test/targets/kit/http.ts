import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http'
import { gzipSync } from 'node:zlib'

/** What a handler answers. A body is `json`, `html` or `bytes`. */
export interface Answer {
  readonly status?: number
  /** Several values of one name are sent as several headers (`set-cookie`). */
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly json?: unknown
  readonly html?: string
  readonly bytes?: Buffer
  /** Content type of `bytes`. */
  readonly type?: string
}

/** One request on its way through the handlers. */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly params: Readonly<Record<string, string>>
  /** Address of the other side. */
  readonly address: string
  header(name: string): string
  /** Headers of the answer, whoever makes it. */
  readonly answerHeaders: Record<string, string>
  /** The whole body; a longer one is refused with 413. */
  bytes(): Promise<Buffer>
  /** The body as a JSON object; anything else is refused with 400. */
  json(): Promise<Readonly<Record<string, unknown>>>
}

export type Handler<C extends Call = Call> = (call: C) => Answer | Promise<Answer>

/** Ends a call with an answer from anywhere inside. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(
    status: number,
    body: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(STATUS_CODES[status])
    this.answer = { status, json: { error: STATUS_CODES[status], ...body }, headers }
  }
}

export interface Route {
  readonly method: string
  readonly path: RegExp
  readonly handler: Handler
}

/** `route('GET', '/api/orders/:id', handler)` */
export function route(method: string, path: string, handler: Handler): Route {
  const pattern = path.replaceAll('.', '\\.').replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')
  return { method, path: new RegExp(`^${pattern}/?$`), handler }
}

export interface ServiceOptions {
  readonly routes: readonly Route[]
  /** Sees each call first: sets headers of the answer, or answers itself. */
  readonly before?: (call: Call) => Answer | undefined | Promise<Answer | undefined>
  readonly longestBody?: number
  /** The form of refusals and of our own errors. Default: `{"error": …}`. */
  readonly refusal?: (answer: Answer, call: Call) => Answer
  /** Answers from this size on are compressed for clients that accept it. `Infinity`: none. Default: 1024. */
  readonly compressFrom?: number
}

/** A request listener out of routes. */
export function createService(options: ServiceOptions): RequestListener {
  const { longestBody = 8 * 1024 * 1024, compressFrom = 1_024 } = options
  return async (request, response) => {
    const call = createCall(request, longestBody)
    const answer = await handle(call, options)
    if (!request.complete) request.resume()
    send(request, response, { ...answer, headers: { ...call.answerHeaders, ...answer.headers } }, compressFrom)
  }
}

async function handle(
  call: Call & { params: Readonly<Record<string, string>> },
  options: ServiceOptions,
): Promise<Answer> {
  try {
    const early = await options.before?.(call)
    if (early) return early
    const method = call.method === 'HEAD' ? 'GET' : call.method
    const here = options.routes.filter(({ path }) => path.test(call.url.pathname))
    const found = here.find(item => item.method === method)
    if (!found) throw new Refusal(here.length > 0 ? 405 : 404)
    call.params = decodeAll(found.path.exec(call.url.pathname)?.groups)
    return await found.handler(call)
  } catch (error) {
    const answer = error instanceof Refusal ? error.answer : { status: 500, json: { error: STATUS_CODES[500] } }
    return options.refusal?.(answer, call) ?? answer
  }
}

function createCall(request: IncomingMessage, longestBody: number) {
  const header = (name: string) => String(request.headers[name] ?? '')
  const bytes = async () => {
    const parts: Buffer[] = []
    let size = 0
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length
      if (size > longestBody) throw new Refusal(413)
      parts.push(part)
    }
    return Buffer.concat(parts)
  }
  return {
    method: request.method ?? 'GET',
    // A target such as "//x" must not become a host of its own.
    url: new URL(`http://${URL.canParse(`http://${header('host')}`) ? header('host') : 'localhost'}${pathOf(request)}`),
    params: {} as Readonly<Record<string, string>>,
    address: request.socket.remoteAddress ?? '',
    header,
    answerHeaders: {} as Record<string, string>,
    bytes,
    async json() {
      const value = parse((await bytes()).toString() || '{}')
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(400)
      return value as Readonly<Record<string, unknown>>
    },
  }
}

const pathOf = (request: IncomingMessage) => (request.url?.startsWith('/') ? request.url : '/')

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, { error: 'expected JSON' })
  }
}

function decodeAll(groups: Readonly<Record<string, string>> | undefined) {
  try {
    return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    throw new Refusal(400)
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, compressFrom: number): void {
  const [type, body] =
    answer.bytes !== undefined
      ? [answer.type ?? 'application/octet-stream', answer.bytes]
      : answer.html !== undefined
        ? ['text/html; charset=utf-8', Buffer.from(answer.html)]
        : answer.json !== undefined
          ? ['application/json; charset=utf-8', Buffer.from(JSON.stringify(answer.json))]
          : [undefined, Buffer.alloc(0)]
  const compress = body.length >= compressFrom && /\bgzip\b/.test(String(request.headers['accept-encoding']))
  const sent = compress ? gzipSync(body, { level: 1 }) : body
  response.writeHead(answer.status ?? 200, {
    ...answer.headers,
    ...(type ? { 'content-type': type } : {}),
    ...(compress ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
    'content-length': sent.length,
  })
  response.end(request.method === 'HEAD' ? undefined : sent)
}
