import { visitAll } from '../all-pages.ts'
import { signInAs } from '../clinic.ts'
import { expect, test } from '../test.ts'

test.describe.configure({ timeout: 60_000 })

// The limit of the promise makes axe look at each page that is opened.
test('every page can be used by everybody', { tag: '@DNT-36' }, async ({ page, request, clinic, enter }) => {
  const signIn = (email: string, password: string) => signInAs(request, email, password)
  await visitAll({ page, clinic, enter, signIn }, path =>
    test.step(path, () => expect(page.getByRole('heading', { level: 1 })).toBeVisible()),
  )
})
