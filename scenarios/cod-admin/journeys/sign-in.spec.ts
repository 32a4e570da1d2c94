import { accountPages, ordersPage } from '../pages.ts'
import { signIn as signInStaff } from '../shop.ts'
import { expect, test } from '../test.ts'

test('registers and signs in', { tag: '@COD-17' }, async ({ page, request, runId, cleanup }) => {
  const account = accountPages(page)
  const orders = ordersPage(page)
  const email = `synthetic-${runId}@example.com`
  const password = `first-${runId}`
  const signIn = () => request.post('/api/auth/login', { data: { email, password } })
  cleanup(async () => {
    const { user, tokens } = await (await signIn()).json()
    // Who is given no token cannot remove themselves.
    const { headers } = tokens.accessToken
      ? { headers: { authorization: `Bearer ${tokens.accessToken}` } }
      : await signInStaff(request, 'monitor')
    await request.delete(`/api/users/${user.id}`, { headers })
  })

  await test.step('register', async () => {
    await account.register('Synthetic', email, password)
    await expect(orders.rows.first()).toBeVisible()
  })

  await test.step('sign in', async () => {
    await account.signOut()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await account.signIn(email, password)
    await expect(orders.rows.first()).toBeVisible()
  })

  await test.step('the answer gives an access token', async () => {
    const response = await signIn()
    await expect(response).toBeOK()
    expect(await response.json()).toHaveProperty('tokens.accessToken', expect.stringMatching(/./))
  })
})
