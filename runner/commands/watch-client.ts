import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CommandIo, UsageError } from './command.ts'

/** A running `vedette watch`, spoken to over its API. */
export interface WatchClient {
  readonly url: string
  /** Never rejects: trouble is a sentence. */
  ask<Body>(path: string, post?: object): Promise<{ readonly body: Body } | { readonly trouble: string }>
}

const patience = 10_000

/** The one at `url`; undefined where none is named. What changes something needs the token: VEDETTE_TOKEN, else that of the data folder. */
export function watchClient(
  url: string | undefined,
  { data, io }: { readonly data?: string | undefined; readonly io: CommandIo },
): WatchClient | undefined {
  if (url === undefined) return undefined
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(
      `expected --watch to be the address of a running watch such as http://127.0.0.1:9464, found '${url}'`,
    )
  const base = url.replace(/\/+$/, '')
  return {
    url: base,
    async ask<Body>(path: string, post?: object) {
      using deadline = io.clock.deadline(patience, io.signal)
      const token = tokenOf(data, io)
      try {
        const response = await fetch(`${base}${path}`, {
          method: post === undefined ? 'GET' : 'POST',
          redirect: 'error',
          signal: deadline.signal,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(post === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(post === undefined ? {} : { body: JSON.stringify(post) }),
        })
        const text = await response.text()
        if (response.ok) return { body: JSON.parse(text) as Body }
        return { trouble: `${response.status} from ${base}: ${detailOf(text)}` }
      } catch (error) {
        const { cause, message } = error as Error & { cause?: Error }
        return { trouble: `no answer from ${base}: ${cause?.message ?? message}` }
      }
    },
  }
}

function detailOf(text: string): string {
  try {
    return String((JSON.parse(text) as { readonly detail?: unknown }).detail ?? text)
  } catch {
    return text.slice(0, 200)
  }
}

/** A token that is there; none is made for somebody else's watch. */
function tokenOf(data: string | undefined, io: CommandIo): string | undefined {
  const given = io.env['VEDETTE_TOKEN']
  if (given) return given
  try {
    return readFileSync(join(resolve(io.cwd, data ?? '.vedette'), 'token'), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
