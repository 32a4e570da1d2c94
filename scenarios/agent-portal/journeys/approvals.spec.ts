import { open } from '../../support/pages.ts'
import { tableOf } from '../pages.ts'
import { expect, test } from '../test.ts'

test('approves a pending appointment', { tag: '@AGT-20' }, async ({ page, portal, enter }) => {
  const { id, state } = await portal.book('acb')
  expect(state, 'state of a new ACB appointment').toBe('pending')
  const pending = tableOf(page, 'Pending appointments')
  await enter(page)

  await test.step('approve', async () => {
    await open(page, '/approval-workflows')
    await pending.press(portal.mark, 'Approve')
    await expect(pending.row(portal.mark)).toHaveCount(0)
  })
  await test.step('it is confirmed', async () => {
    expect((await portal.read(`/api/appointments/${id}`)).state).toBe('confirmed')
    await open(page, '/acb-confirmation')
    await expect(tableOf(page, 'Approved appointments').row(portal.mark)).toContainText('confirmed')
  })
})
