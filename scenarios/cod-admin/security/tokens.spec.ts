import { referenceExpiredToken } from '../reference.ts'
import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

test('a missing, forged or expired token is refused', { tag: '@COD-51' }, async ({ request, address }) => {
  const isReference = /^(127\.|localhost$)/.test(new URL(address('web')).hostname)
  const expired = process.env['COD_ADMIN_EXPIRED_TOKEN'] ?? (isReference ? referenceExpiredToken : undefined)
  // A token of another system would be refused as forged, and prove nothing about expired ones.
  test.skip(expired === undefined, 'expected an access token that ran out in COD_ADMIN_EXPIRED_TOKEN, found none')

  const status = async (headers: Record<string, string>) => (await request.get('/api/orders', { headers })).status()
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const { tokens } = await signIn(request, 'monitor')
  const [head, body, signature = ''] = tokens.accessToken.split('.')
  const owner = { ...JSON.parse(Buffer.from(body!, 'base64url').toString()), sub: 'admin' }
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')

  expect(await status(bearer(tokens.accessToken)), 'the right token').toBe(200)
  for (const [what, headers] of [
    ['missing', {}],
    ['garbage', bearer('garbage')],
    ['another signature', bearer(`${head}.${body}.${signature.split('').reverse().join('')}`)],
    ['another user', bearer(`${head}.${Buffer.from(JSON.stringify(owner)).toString('base64url')}.${signature}`)],
    ['no algorithm', bearer(`${unsigned}.${body}.`)],
    ['a refresh token', bearer(tokens.refreshToken)],
    ['expired', bearer(expired!)],
  ] as const) {
    await test.step(what, async () => {
      expect(await status(headers), `status with a token that is: ${what}`).toBe(401)
    })
  }
})
