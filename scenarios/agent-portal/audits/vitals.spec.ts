import { open } from '../../support/pages.ts'
import { watchRequests } from '../../support/settled.ts'
import { tasksPage } from '../pages.ts'
import { expect, test } from '../test.ts'

// The limits of the promise make the figures of each page that is opened part of the result, where they are judged.
test('the dashboard and the tasks are fast and stand still', { tag: '@AGT-11' }, async ({ page, portal, enter }) => {
  const settled = watchRequests(page)
  await enter(page)
  await test.step('the dashboard with its figures', async () => {
    await open(page, '/dashboard')
    await expect(page.getByRole('definition').first()).toHaveText(/\d/)
    await settled()
  })
  await test.step('a list answers to the keyboard', async () => {
    const tasks = tasksPage(page)
    await tasks.open()
    await tasks.filter(portal.mark, 'open')
    await expect(tasks.rows).toHaveCount(0)
  })
})
