import { figure } from '../../support/figures.ts'
import { appointmentsPage } from '../pages.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const longest = figure(requirements, 'AGT-45')
const longestBreak = figure(requirements, 'AGT-51') * 1_000

test('an open page sees a change of state', { tag: '@AGT-45' }, async ({ page, portal, enter, metric }) => {
  const { id } = await portal.book()
  const appointments = appointmentsPage(page)
  await enter(page)
  await appointments.openLive(portal.mark)
  await expect(appointments.row(portal.mark)).toContainText('confirmed')

  const delays: number[] = []
  for (const state of ['completed', 'cancelled']) {
    await test.step(`${state} arrives`, async () => {
      await portal.setState(id, state)
      const changed = performance.now()
      await expect(appointments.row(portal.mark)).toContainText(state, { timeout: longest })
      delays.push(performance.now() - changed)
    })
  }
  // Of two samples the 95th percentile is the slower.
  metric('update_delay_ms', Math.max(...delays))
  expect(Math.max(...delays)).toBeLessThanOrEqual(longest)
})

test('after a break the page connects again and shows the present state', {
  tag: '@AGT-51',
  annotation: { type: 'vedette', description: 'timeout=1m' },
}, async ({ page, portal, enter, metric }) => {
  test.setTimeout(60_000)
  const { id } = await portal.book()
  const appointments = appointmentsPage(page)
  let isCut = false
  let cut = () => {}
  await page.routeWebSocket(/\/api\/socket/, socket => {
    const server = socket.connectToServer()
    // What the server says is lost from the moment of the break.
    server.onMessage(message => !isCut && socket.send(message))
    cut = () => void socket.close({ code: 1012 })
  })
  await enter(page)
  await appointments.open(portal.mark)
  await expect(appointments.row(portal.mark)).toContainText('confirmed')

  await test.step('a change in the break goes unheard', async () => {
    isCut = true
    await expect(await portal.setState(id, 'completed')).toBeOK()
    await expect(appointments.row(portal.mark)).toContainText('confirmed')
  })
  await test.step('connected again, the page shows it', async () => {
    isCut = false
    cut()
    const broken = performance.now()
    await expect(appointments.row(portal.mark)).toContainText('completed', { timeout: longestBreak })
    metric('reconnect_s', (performance.now() - broken) / 1_000)
  })
})
