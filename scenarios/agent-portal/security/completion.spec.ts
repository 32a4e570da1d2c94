import { figure } from '../../support/figures.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const samples = 40
const atATime = 4
const least = figure(requirements, 'AGT-07')

test('bookings that are begun are completed', { tag: '@AGT-07' }, async ({ portal, metric }) => {
  const { id: doctorId } = await portal.someDoctor()
  const free = [
    ...(await portal.freeSlots(doctorId, portal.someDay())),
    ...(await portal.freeSlots(doctorId, portal.someDay())),
  ]
  const slots = [...new Map(free.map(slot => [slot.id, slot])).values()]
  const troubles: string[] = []

  /** The flow of one booking, as the page makes it; its slot is free again afterwards. */
  const book = async (sample: number) => {
    const slot = slots[sample % slots.length]!
    const offered = await portal.freeSlots(doctorId, slot.startsAt.slice(0, 10))
    if (!offered.some(({ id }) => id === slot.id)) return void troubles.push(`${slot.id} is not offered`)
    const answer = await portal.send('POST', '/api/appointments', { slotId: slot.id, patient: portal.patient() })
    if (!answer.ok()) return void troubles.push(`booking ${sample} answers ${answer.status()}`)
    const { id } = await answer.json()
    const stored = await portal.send('GET', `/api/appointments/${id}`)
    if (!stored.ok()) troubles.push(`booking ${sample} is not stored`)
    await portal.send('DELETE', `/api/appointments/${id}`)
  }
  portal.removeFoundLater(`/api/appointments?search=${portal.mark}`)
  for (let sample = 0; sample < samples; sample += atATime) {
    await Promise.all(Array.from({ length: atATime }, (_, offset) => book(sample + offset)))
  }
  const rate = 1 - troubles.length / samples
  metric('journey_success_rate', rate)
  expect(rate, `share of ${samples} bookings that were completed (${troubles[0] ?? 'all'})`).toBeGreaterThan(least)
})
