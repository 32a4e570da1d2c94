import { expect, test } from '../test.ts'

test('the calls of the time slots exist', { tag: '@AGT-31' }, async ({ portal }) => {
  const { id: doctorId } = await portal.someDoctor()
  const date = portal.someDay()
  const create = async (method: 'POST' | 'PUT', path: string, startsAt: string | readonly string[]) => {
    const response = await portal.send(method, path, { doctorId, startsAt })
    await expect(response, `${method} ${path}`).toBeOK()
    const body = await response.json()
    const slots: readonly { id: string }[] = body.items ?? [body]
    for (const { id } of slots) portal.removeLater(`/api/time-slots/${id}`)
    return slots
  }
  const [one] = await create('POST', '/api/time-slots', `${date}T18:00:00Z`)
  const many = await create('PUT', '/api/time-slots/bulk', [`${date}T18:30:00Z`, `${date}T19:00:00Z`])
  expect(many.length, 'slots created in bulk').toBe(2)

  await test.step('the list has them', async () => {
    const { items } = await portal.read(`/api/time-slots?doctorId=${doctorId}&date=${date}`)
    const ids = (items as readonly { id: string }[]).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining([one!.id, ...many.map(({ id }) => id)]))
  })
  await test.step('they are available', async () => {
    const free = await portal.freeSlots(doctorId, date)
    expect(free.map(({ id }) => id)).toContain(one!.id)
  })
  await test.step('one by its id', async () => {
    expect(await portal.read(`/api/time-slots/${one!.id}`)).toMatchObject({ id: one!.id, doctorId })
  })
})
