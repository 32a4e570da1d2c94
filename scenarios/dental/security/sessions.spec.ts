import { ofReference } from '../../support/reference.ts'
import { cookieHeader, refresh, signIn } from '../clinic.ts'
import { referenceIdleToken } from '../reference.ts'
import { expect, test } from '../test.ts'

test('a session that was signed out of cannot be used again', { tag: '@DNT-26' }, async ({ request }) => {
  const { headers, refreshToken } = await signIn(request, 'monitor')
  const read = async () => (await request.get('/api/auth/me', { headers })).status()
  expect(await read(), 'status before the sign-out').toBe(200)
  await expect(await request.post('/api/auth/logout', { headers }), 'sign-out').toBeOK()
  expect.soft(await read(), 'status with the cookie after the sign-out').toBe(401)
  expect.soft((await refresh(request, refreshToken)).status(), 'status of a refresh after the sign-out').toBe(401)
})

test('a session that was left alone has ended', { tag: '@DNT-26' }, async ({ request, address }) => {
  const left = process.env['DENTAL_IDLE_TOKEN'] ?? ofReference(address('web'), referenceIdleToken)
  test.skip(left === undefined, 'expected an access token of a session left alone in DENTAL_IDLE_TOKEN, found none')
  const response = await request.get('/api/auth/me', { headers: cookieHeader(left) })
  expect(response.status(), 'status with the cookie of a session that was left alone').toBe(401)
})
