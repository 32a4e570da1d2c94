import { open } from '../../support/pages.ts'
import { signInFor } from '../clinic.ts'
import { accountPages } from '../pages.ts'
import { expect, test } from '../test.ts'

for (const [who, use, pages] of [
  ['a member', 'sessions', ['/dashboard', '/credits']],
  ['a therapist', 'sessions-therapist', ['/therapist', '/profile']],
] as const) {
  test(`${who} stays signed in until signing out`, { tag: '@THR-30' }, async ({ page, request, enter }) => {
    const account = accountPages(page)
    const [first, second] = pages
    await enter(page, await signInFor(request, use))

    await test.step('over a change of page and a reload', async () => {
      await open(page, first)
      await open(page, second)
      await page.reload()
      await expect(account.whoIsIn).toBeVisible()
      await expect(page).toHaveURL(new RegExp(`${second}$`))
    })
    await test.step('and no longer', async () => {
      await account.signOut()
      await expect(account.door).toBeVisible()
      await open(page, first)
      await expect(account.door, `what ${first} shows after signing out`).toBeVisible()
    })
  })
}
