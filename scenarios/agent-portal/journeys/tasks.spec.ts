import { tasksPage, ticketsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a task from its creation to its end', { tag: '@AGT-25' }, async ({ page, portal, session, enter }) => {
  const tasks = tasksPage(page)
  portal.removeFoundLater('/api/tasks')
  await enter(page)
  await tasks.open()

  await test.step('create', async () => {
    await tasks.save(portal.mark, 'low')
    await expect(tasks.row(portal.mark)).toContainText('open')
  })
  await test.step('change', async () => {
    await tasks.press(portal.mark, 'Edit')
    await expect(tasks.title).toHaveValue(portal.mark)
    await tasks.save(`${portal.mark} changed`, 'high')
    await expect(tasks.row(`${portal.mark} changed`)).toContainText('high')
    await expect(tasks.row(portal.mark)).toHaveCount(1)
  })
  await test.step('assign', async () => {
    await tasks.press(portal.mark, 'Assign to me')
    await expect(tasks.row(portal.mark)).toContainText(session.user.name)
  })
  await test.step('complete', async () => {
    await tasks.press(portal.mark, 'Complete')
    await expect(tasks.row(portal.mark)).toContainText('done')
  })
  await test.step('find it by filter', async () => {
    await tasks.filter(portal.mark, 'open')
    await expect(tasks.rows).toHaveCount(0)
    await tasks.filter(portal.mark, 'done')
    await expect(tasks.rows).toHaveCount(1)
  })
  await test.step('delete', async () => {
    await tasks.press(portal.mark, 'Delete')
    await expect(tasks.rows).toHaveCount(0)
  })
})

test('a failed call is told, and what was typed is kept', { tag: '@AGT-55' }, async ({ page, portal, enter }) => {
  const tickets = ticketsPage(page)
  await enter(page)
  await tickets.open()
  await page.route('**/api/support-tickets', route =>
    route.request().method() === 'POST' ? route.fulfill({ status: 500, json: {} }) : route.fallback(),
  )
  await tickets.openTicket(portal.mark, 'It does not work')
  await expect(tickets.error).toContainText(/\S/)
  await expect(tickets.subject).toHaveValue(portal.mark)
  await expect(tickets.message).toHaveValue('It does not work')
  await expect(tickets.notice).toBeHidden()
})
