/** Pages as a browser asks for them, forms as it sends them, and what they say in words. */

import { type Serving, token } from './support.ts'

export interface Answer {
  readonly status: number
  readonly location: string | null
  readonly text: string
  /** What people read of it. */
  readonly words: string
}

const asPage = { accept: 'text/html' }

export async function read({ url }: Serving, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await fetch(url + path, { redirect: 'manual', headers: { ...asPage, ...headers } }))
}

export async function post(
  { url }: Serving,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = new URLSearchParams(form)
  return answerOf(
    await fetch(url + path, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { ...asPage, origin: url, ...headers },
    }),
  )
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, location: response.headers.get('location'), text, words: words(text) }
}

/** The cookie of whoever signs in with the token of this Vedette. */
export async function signInByToken(server: Serving): Promise<{ readonly cookie: string }> {
  const response = await fetch(`${server.url}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  })
  return { cookie: response.headers.get('set-cookie')!.split(';')[0]! }
}

/** Without the markup, which `&lt;` and `&amp;` are still told from. */
export const words = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The words of one section of a page. */
export const section = (text: string, id: string): string =>
  words(text.split(`id="${id}"`)[1]?.split('</section>')[0] ?? '')
