import { accountOf, localDay, password, shown } from '../clinic.ts'
import { dashboardPage, signInPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('staff sign in and see the appointments of today', { tag: '@DNT-13' }, async ({ page, clinic }) => {
  const [today, tomorrow] = await Promise.all([0, 1].map(days => clinic.freeTimes(localDay(days))))
  test.skip(!today![0] || !tomorrow![0], 'expected a free time today and tomorrow, found none')
  const patient = await clinic.createPatient()
  const { start } = await clinic.book(patient, today![0]!)
  await clinic.book(await clinic.createPatient(' amanhã'), tomorrow![0]!)
  const dashboard = dashboardPage(page)

  await test.step('sign in', async () => {
    await signInPage(page).signIn(accountOf('dashboard'), password)
    await expect(dashboard.heading).toBeVisible()
  })

  await test.step('the appointments of today are there', async () => {
    await expect(dashboard.loading).toHaveCount(0)
    const mine = dashboard.rows.filter({ hasText: clinic.mark })
    await expect(mine).toHaveCount(1)
    await expect(mine).toContainText([shown(start).time])
  })
})
