import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AskRevision } from '../core/ports.ts'

const mostBytes = 1_000_000

/**
 * Asks one origin for its revision: the header wins, then the field of the JSON body, whatever the status, for a sick instance has a
 * revision too. The connection is closed afterwards, so that the next question may reach another instance. Never rejects.
 */
export const askRevision: AskRevision = async (origin, source, { headers, signal }) => {
  const url = new URL(source.path, origin)
  try {
    // Node's own client: the watch asks once a minute, and a library would be held in memory for that alone. Not imported: an import reads
    // all that `node:http` exports, among it a WebSocket, for which Node loads the whole of its undici.
    const { get } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
    const asked = get(url, { headers: { ...headers, accept: 'application/json' }, signal, agent: false })
    // What goes wrong after the answer has begun is told by its body as well.
    asked.on('error', () => undefined)
    const [response] = (await once(asked, 'response', { signal })) as [IncomingMessage]
    const header = response.headers[source.header.toLowerCase()]
    const body = await text(response)
    const revision = (typeof header === 'string' ? header.trim() : '') || field(body, source.json)
    if (revision) return { revision }
    return {
      trouble: `neither a header ${source.header} nor a JSON field ${source.json} at ${url.href} (status ${response.statusCode})`,
    }
  } catch (error) {
    return { trouble: `no answer from ${url.href} (${told(error as NodeJS.ErrnoException)})` }
  }
}

/** Node advises an option of its own, which nobody can give us; what helps is a variable. */
function told({ message, code = '' }: NodeJS.ErrnoException): string {
  if (!/SELF_SIGNED|ISSUER|LEAF_SIGNATURE/.test(code)) return message || code
  return `${message.split(';')[0]}; NODE_EXTRA_CA_CERTS may name a file of authorities (PEM) that are trusted as well`
}

async function text(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of body) {
    bytes += part.length
    if (bytes > mostBytes) break
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** `build.revision` of a JSON text; '' when there is none. */
function field(body: string, path: string): string {
  try {
    const value = path
      .split('.')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], JSON.parse(body))
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  } catch {
    return ''
  }
}
