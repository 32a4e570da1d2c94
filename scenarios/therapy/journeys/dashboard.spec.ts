import { adminPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('the overview lists members, therapists, sessions and payments', { tag: '@THR-23' }, async ({
  page,
  admin,
  clinic,
  member,
  therapist,
  enter,
}) => {
  await clinic.book(member, therapist, 'later')
  const overview = adminPage(page)
  await enter(page, admin)
  await overview.open()
  await expect(overview.rows('Sessions').filter({ hasText: clinic.mark })).toContainText(member.name)
  for (const list of ['Members', 'Therapists', 'Payments'] as const) {
    await test.step(list, async () => {
      await expect(overview.rows(list), `rows of ${list}`).not.toHaveCount(0)
    })
  }
})
