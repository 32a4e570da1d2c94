import { tryToSignIn } from '../clinic.ts'
import { usersPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('an administrator adds and removes a user', { tag: '@DNT-17' }, async ({
  page,
  request,
  clinic,
  enter,
  cleanup,
}) => {
  const users = usersPage(page)
  const user = {
    name: clinic.mark,
    email: `${clinic.mark}@example.com`,
    password: `senha-${clinic.mark}`,
    role: 'Recepção',
  }
  const signIn = async () => (await tryToSignIn(request, user.email, user.password)).status()
  cleanup(async () => {
    for (const { id, email } of await clinic.users()) if (email === user.email) await clinic.remove('users', id)
  })
  await enter(page)

  await test.step('add', async () => {
    await users.open()
    await users.add(user)
    await expect(users.rowOf(user.email)).toContainText(user.role)
    expect(await signIn(), 'status of the sign-in of the new user').toBe(200)
  })
  await test.step('remove', async () => {
    await users.remove(user.name)
    await expect(users.rowOf(user.email)).toHaveCount(0)
  })
  await test.step('whoever was removed cannot sign in', async () => {
    expect(await signIn(), 'status of the sign-in of the removed user').toBe(401)
  })
})
