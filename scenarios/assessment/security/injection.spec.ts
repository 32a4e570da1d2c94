import { expectOperatorsRefused, hostileText } from '../../support/injection.ts'
import { accounts, bearer, type Tokens } from '../platform.ts'
import { expect, test } from '../test.ts'

test('operators and markup in input do nothing', { tag: '@ASM-30' }, async ({ request, runId, cleanup }) => {
  await test.step('a script as the name of a business', async () => {
    const mark = `synthetic-${runId}`
    const data = { email: `${mark}@example.com`, password: `first-${runId}`, name: hostileText(mark) }
    const registered = await request.post('/api/auth/register', { data })
    await expect(registered).toBeOK()
    const { access_token, account }: Tokens = await registered.json()
    cleanup(() => request.delete('/api/auth/me', { headers: bearer(access_token) }))
    // The page that the server makes itself: what arrives as markup would be run.
    const page = await (await request.get(`/businesses/${account.id}`)).text()
    expect.soft(page, 'the public page').toContain(mark)
    expect.soft(page, 'the public page').not.toMatch(/<script>document|<img src onerror/)
  })

  await expectOperatorsRefused(password =>
    request.post('/api/auth/login', { data: { email: accounts('monitor')[0], password } }),
  )
})
