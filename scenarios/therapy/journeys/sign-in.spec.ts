import { accountPages, dashboard } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a member registers and signs in', { tag: '@THR-01' }, async ({
  page,
  request,
  admin,
  clinic,
  runId,
  cleanup,
}) => {
  const account = accountPages(page)
  const [email, password] = [`${clinic.mark}@example.com`, `first-${runId}`]
  cleanup(async () => {
    // By an administrator: whoever cannot sign in cannot remove themselves.
    const { headers } = admin
    const { people } = await (await request.get('/api/people', { headers })).json()
    const own: readonly { id: string; email: string }[] = people
    for (const person of own) if (person.email === email) await request.delete(`/api/people/${person.id}`, { headers })
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
