import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandIo, UsageError } from './command.ts'
import { dataFolderAt } from './data-folder.ts'

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
  const folder = dataFolderAt(data, io)
  const base = url.replace(/\/+$/, '')
  return {
    url: base,
    async ask<Body>(path: string, post?: object) {
      const answer = await askWatch(`${base}${path}`, { token: tokenOf(folder, io), post, patience, io })
      if ('trouble' in answer) return { trouble: `no answer from ${base}: ${answer.trouble}` }
      const { status, text } = answer
      if (status < 200 || status > 299) return { trouble: `${status} from ${base}: ${detailOf(text)}` }
      const body = jsonOf(text)
      return body === undefined
        ? { trouble: `${status} without JSON from ${base}, which is the address of something else` }
        : { body: body as Body }
    },
  }
}

interface Question {
  readonly token: string | undefined
  /** Sent as JSON. Without it the question is a GET. */
  readonly post?: object | undefined
  /** How long an answer is waited for, ms. */
  readonly patience: number
  readonly io: CommandIo
}

/** One question to a running watch. Never rejects: `trouble` says why there is no answer. */
export async function askWatch(
  address: string,
  { token, post, patience: wait, io }: Question,
): Promise<{ readonly status: number; readonly text: string } | { readonly trouble: string }> {
  using deadline = io.clock.deadline(wait, io.signal)
  try {
    const response = await fetch(address, {
      method: post === undefined ? 'GET' : 'POST',
      redirect: 'error',
      signal: deadline.signal,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(post === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(post === undefined ? {} : { body: JSON.stringify(post) }),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    const { cause, message } = error as Error
    return { trouble: cause instanceof Error && cause.message !== '' ? cause.message : message }
  }
}

/** Undefined when it is no JSON, as what does not come from a watch mostly is. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined
  }
}

const detailOf = (text: string): string =>
  String((jsonOf(text) as { readonly detail?: unknown } | undefined)?.detail ?? text.slice(0, 200))

/** A token that is there; none is made for somebody else's watch. */
export function tokenOf(data: string | undefined, io: CommandIo): string | undefined {
  const given = io.env['VEDETTE_TOKEN']
  if (given) return given
  const file = tokenFile(data, io)
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

export const tokenFile = (data: string | undefined, io: CommandIo): string => join(dataFolderAt(data, io), 'token')
