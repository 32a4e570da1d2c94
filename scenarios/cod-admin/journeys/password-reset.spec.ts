import { accountPages } from '../pages.ts'
import { expect, test } from '../test.ts'

test('resets a forgotten password', { tag: '@COD-18' }, async ({ page, request, runId, cleanup, address, baseURL }) => {
  const account = accountPages(page)
  const email = `synthetic-${runId}@example.com`
  const [before, after] = [`before-${runId}`, `after-${runId}`]

  await test.step('have an account', async () => {
    const response = await request.post('/api/auth/register', { data: { email, password: before, name: 'Synthetic' } })
    await expect(response).toBeOK()
    const { user, tokens } = await response.json()
    const headers = { authorization: `Bearer ${tokens.accessToken}` }
    cleanup(() => request.delete(`/api/users/${user.id}`, { headers }))
  })

  const link = await test.step('ask for a mail and find it', async () => {
    await account.askForReset(email)
    let text = ''
    await expect(async () => {
      const { mails } = await (await request.get(address('mailbox'), { params: { to: email } })).json()
      text = mails.at(-1)?.text ?? ''
      expect(text, 'the mail').toContain('/reset-password')
    }).toPass({ timeout: 2_000 })
    return new URL(/\S*\/reset-password\S+/.exec(text)![0], baseURL).href
  })

  await test.step('choose a new password', () => account.choosePassword(link, after))

  const signIn = async (password: string) => {
    const answered = page.waitForResponse(response => response.url().endsWith('/api/auth/login'))
    await account.signIn(email, password)
    return (await answered).status()
  }
  await test.step('the old password is refused', async () => {
    expect(await signIn(before), 'status of a sign-in with the old password').toBe(401)
    await expect(account.error).toContainText('wrong')
  })
  await test.step('the new password signs in', async () => {
    expect(await signIn(after), 'status of a sign-in with the new password').toBe(200)
  })
})
