import { figure } from '../../support/figures.ts'
import { percentile } from '../../support/statistics.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const samples = 5
const longest = figure(requirements, 'AGT-44')

test('notifications arrive live', { tag: '@AGT-44' }, async ({ portal, session, address, metric, cleanup }) => {
  const url = new URL('/api/socket', address('web').replace(/^http/, 'ws'))
  url.searchParams.set('token', session.tokens.accessToken)
  const socket = new WebSocket(url)
  cleanup(() => socket.close())
  /** The next message that has this text in it; an error when it does not come in time. */
  const heard = (text: string) =>
    new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`expected ${text} within ${longest} ms, found silence`)), longest)
      socket.addEventListener('message', ({ data }) => {
        if (!String(data).includes(text)) return
        clearTimeout(timer)
        resolve(performance.now())
      })
    })
  await test.step('connect', () => heard('welcome'))

  const delays: number[] = []
  for (let sample = 1; sample <= samples; sample++) {
    await test.step(`notification ${sample}`, async () => {
      const text = `${portal.mark} ${sample}`
      const arrival = heard(text)
      const sent = performance.now()
      const create = async () => {
        const { id } = await portal.create('/api/notifications', { text })
        portal.removeLater(`/api/notifications/${id}`)
      }
      const [arrived] = await Promise.all([arrival, create()])
      delays.push(arrived - sent)
    })
  }
  metric('update_delay_ms', percentile(delays, 0.95))
  expect(percentile(delays, 0.95), '95th percentile of the delay in ms').toBeLessThanOrEqual(longest)
})
