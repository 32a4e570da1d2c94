import { expectTokensRefused } from '../../support/tokens.ts'
import { signIn } from '../platform.ts'
import { expect, test } from '../test.ts'

test('a call without a valid token is refused, and one beyond the role', { tag: '@ASM-18' }, async ({
  request,
  session,
}) => {
  await expectTokensRefused({
    call: headers => request.get('/api/assessments', { headers }),
    token: session.tokens.access_token,
    refused: { 'a refresh token': session.tokens.refresh_token },
  })

  await test.step('what only an admin may', async () => {
    const status = async ({ headers }: typeof session) =>
      (await request.get('/api/admin/accounts', { headers })).status()
    expect(await status(session), 'status for a client').toBe(403)
    expect(await status(await signIn(request, 'admin')), 'status for an admin').toBe(200)
  })
})
