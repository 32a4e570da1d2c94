import { ticketsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('opens a support ticket', { tag: '@AGT-26' }, async ({ page, portal, enter }) => {
  const tickets = ticketsPage(page)
  portal.removeFoundLater('/api/support-tickets')
  await enter(page)
  await tickets.open()
  await tickets.openTicket(portal.mark, 'A question about a booking')
  await expect(tickets.row(portal.mark)).toContainText('open')
})
