import { devices } from 'playwright/test'
import { dashboard, roomPage } from '../pages.ts'
import { expect, test } from '../test.ts'

const { defaultBrowserType: _, ...phone } = devices['iPhone 13']
test.use({ ...phone, viewport: { width: 390, height: 664 } })

test('a session can be found and joined on a phone', { tag: '@THR-22' }, async ({
  page,
  clinic,
  member,
  therapist,
  enter,
}) => {
  const session = await clinic.book(member, therapist, 'now')
  const widest = () => page.evaluate(() => document.documentElement.scrollWidth)
  const room = roomPage(page)
  await enter(page, member)

  await test.step('the list of sessions', async () => {
    await dashboard(page).open()
    const { join } = dashboard(page).session(clinic.mark)
    await join.scrollIntoViewIfNeeded()
    await expect(join).toBeInViewport({ ratio: 1 })
    expect(await widest(), 'width of the page').toBeLessThanOrEqual(390)
    await join.tap()
    await expect(page).toHaveURL(new RegExp(`${session.id}/room$`))
  })
  await test.step('the room', async () => {
    await expect(room.joinButton).toBeVisible()
    const box = await room.joinButton.boundingBox()
    expect(box!.x + box!.width, 'right edge of the join button').toBeLessThanOrEqual(390)
    expect(box!.x, 'left edge of the join button').toBeGreaterThanOrEqual(0)
    expect(await widest(), 'width of the page').toBeLessThanOrEqual(390)
  })
})
