import { ofReference } from '../../support/reference.ts'
import { expectTokensRefused } from '../../support/tokens.ts'
import { cookieHeader, refresh, sessionOf, signIn } from '../clinic.ts'
import { referenceExpiredToken } from '../reference.ts'
import { expect, test } from '../test.ts'

test('a missing, forged or expired token is refused', { tag: '@DNT-33' }, async ({ request, address }) => {
  const expired = process.env['DENTAL_EXPIRED_TOKEN'] ?? ofReference(address('web'), referenceExpiredToken)
  // A token of another system would be refused as forged, and prove nothing about expired ones.
  test.skip(expired === undefined, 'expected an access token that ran out in DENTAL_EXPIRED_TOKEN, found none')
  const { accessToken, refreshToken } = await signIn(request, 'monitor')
  await expectTokensRefused({
    call: headers => request.get('/api/patients', { headers: { ...cookieHeader(), ...headers } }),
    token: accessToken,
    refused: { expired: expired!, 'a refresh token': refreshToken },
    headers: cookieHeader,
  })
})

test('a refresh token works once', { tag: '@DNT-12' }, async ({ request }) => {
  const first = await signIn(request, 'monitor')
  const answer = await test.step('the first use gives another', async () => {
    const response = await refresh(request, first.refreshToken)
    expect(response.status(), 'status of the first use').toBe(200)
    return sessionOf(response)
  })
  expect(answer.refreshToken, 'the refresh token that comes in its place').toMatch(/./)
  expect(answer.refreshToken).not.toBe(first.refreshToken)
  await test.step('the second use is refused', async () => {
    expect((await refresh(request, first.refreshToken)).status(), 'status of the second use').toBe(401)
  })
  await test.step('what nobody gave out is refused', async () => {
    expect((await refresh(request, `${answer.refreshToken}x`)).status(), 'status of an invented token').toBe(401)
  })
})
