import { signIn } from '../clinic.ts'
import { accountPages, dashboard } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a member registers and signs in', { tag: '@THR-01' }, async ({ page, request, clinic, runId, cleanup }) => {
  const account = accountPages(page)
  const [email, password] = [`${clinic.mark}@example.com`, `first-${runId}`]
  cleanup(async () => {
    const { id, headers } = await signIn(request, email, password)
    await request.delete(`/api/people/${id}`, { headers })
  })

  await test.step('register', async () => {
    await account.register(clinic.mark, email, password)
    await expect(dashboard(page).greeting).toContainText(clinic.mark)
  })
  await test.step('sign in', async () => {
    await account.signOut()
    await expect(account.door).toBeVisible()
    await account.signIn(email, password)
    await expect(dashboard(page).greeting).toContainText(clinic.mark)
  })
})
