import type { APIResponse } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())

/** What somebody who does not know the key can make of a JSON Web Token, by name. */
export async function forgedTokens(token: string): Promise<Readonly<Record<string, string>>> {
  const [head = '', body = '', signature = ''] = token.split('.')
  if (signature === '') throw new Error('expected a JSON Web Token (head.body.signature), found another kind of token')
  const longer = encode({ ...decode(body), exp: Math.floor(Date.now() / 1_000) + 86_400 })
  return {
    garbage: 'garbage',
    'signed with another key': `${head}.${longer}.${await signWithAnotherKey(`${head}.${longer}`)}`,
    'another content': `${head}.${encode({ ...decode(body), sub: 'admin', role: 'admin' })}.${signature}`,
    'no signature': `${head}.${body}.`,
    'alg: none': `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`,
    'alg: none, signed': `${encode({ alg: 'none', typ: 'JWT' })}.${body}.${signature}`,
  }
}

async function signWithAnotherKey(text: string): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', Buffer.from('another key than yours'), hmac, false, ['sign'])
  return Buffer.from(await crypto.subtle.sign(hmac, key, Buffer.from(text))).toString('base64url')
}

export interface TokenCall {
  /** Makes a call that needs a token, with these headers: `headers => request.get('/api/orders', { headers })`. */
  readonly call: (headers: Readonly<Record<string, string>>) => Promise<APIResponse>
  /** A right one. */
  readonly token: string
  /** Further tokens that must be refused, by name: `{ expired: …, 'a refresh token': … }`. */
  readonly refused?: Readonly<Record<string, string>>
  /** Default: `authorization: Bearer <token>`. */
  readonly headers?: (token: string) => Readonly<Record<string, string>>
}

/** A call with the right token is let in; one without, with a forged one, or with one of `refused`, is answered with 401. */
export async function expectTokensRefused({
  call,
  token,
  refused = {},
  headers = token => ({ authorization: `Bearer ${token}` }),
}: TokenCall): Promise<void> {
  await test.step('the right token', async () => {
    expect((await call(headers(token))).status(), 'status with the right token').toBeLessThan(300)
  })
  await test.step('no token', async () => {
    expect((await call({})).status(), 'status without a token').toBe(401)
  })
  for (const [what, wrong] of Object.entries({ ...(await forgedTokens(token)), ...refused })) {
    await test.step(what, async () => {
      expect((await call(headers(wrong))).status(), `status with a token that is: ${what}`).toBe(401)
    })
  }
}
