import { ofReference } from '../../support/reference.ts'
import { expectTokensRefused } from '../../support/tokens.ts'
import { referenceExpiredToken } from '../reference.ts'
import { test } from '../test.ts'

test('a missing, forged or expired token is refused', { tag: '@AGT-37' }, async ({ request, session, address }) => {
  const expired = process.env['AGENT_PORTAL_EXPIRED_TOKEN'] ?? ofReference(address('web'), referenceExpiredToken)
  // A token of another system would be refused as forged, and prove nothing about expired ones.
  test.skip(expired === undefined, 'expected an access token that ran out in AGENT_PORTAL_EXPIRED_TOKEN, found none')
  await expectTokensRefused({
    call: headers => request.get('/api/appointments', { headers }),
    token: session.tokens.accessToken,
    refused: { expired: expired!, 'a refresh token': session.tokens.refreshToken },
  })
})
