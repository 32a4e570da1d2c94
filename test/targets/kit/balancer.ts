import { Agent, type IncomingMessage, type RequestListener, request as startRequest } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface Balancer {
  /** For one listener; `scheme` is what the instances are told unless a proxy in front has told already. */
  listener(scheme: 'http' | 'https'): RequestListener
  close(): void
}

/** Instances in turn. One that is gone or answers 503 is passed over, so that nobody outside notices: as usual, and a trap. */
export function createBalancer(instances: readonly string[]): Balancer {
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  const ask = async (instance: string, given: IncomingMessage, body: Buffer, scheme: string) => {
    const headers = {
      ...given.headers,
      'x-forwarded-proto': given.headers['x-forwarded-proto'] ?? scheme,
      'x-forwarded-for': given.socket.remoteAddress ?? '',
      'content-length': body.length,
    }
    const asked = startRequest(instance + given.url, { method: given.method ?? 'GET', headers, agent })
    asked.end(body)
    return new Promise<IncomingMessage>((resolve, reject) => asked.on('response', resolve).on('error', reject))
  }
  return {
    listener: scheme => async (given, response) => {
      const body = await buffer(given).catch(() => undefined)
      if (body === undefined) return
      const first = turn++
      let answer: IncomingMessage | undefined
      for (let step = 0; step < instances.length; step++) {
        answer?.resume()
        const instance = instances[(first + step) % instances.length]!
        answer = await ask(instance, given, body, scheme).catch(() => undefined)
        if (answer !== undefined && answer.statusCode !== 503) break
      }
      if (answer === undefined) return void response.writeHead(502).end()
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = answer.headers
      response.writeHead(answer.statusCode ?? 502, headers)
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    },
    close: () => agent.destroy(),
  }
}
