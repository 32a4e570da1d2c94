import { expect, test } from '../test.ts'

test('invalid input is refused, and the field is named', { tag: '@AGT-41' }, async ({ portal }) => {
  const slot = await portal.someSlot()
  for (const [path, data, field] of [
    ['/api/tasks', { title: '', priority: 'low' }, 'title'],
    ['/api/payments', { customer: portal.mark, amount: -1, method: 'card' }, 'amount'],
    ['/api/appointments', { slotId: slot.id, patient: { ...portal.patient(), email: 'nowhere' } }, 'email'],
    ['/api/time-slots', { doctorId: slot.doctorId, startsAt: 'soon' }, 'startsAt'],
    ['/api/auth/register', { ...portal.patient(), password: 'short' }, 'password'],
  ] as const) {
    await test.step(`${field} of ${path}`, async () => {
      const response = await portal.send('POST', path, data)
      if (response.ok()) portal.removeLater(`${path}/${(await response.json()).id}`)
      expect([400, 422], `status with an invalid ${field}`).toContain(response.status())
      expect(await response.text(), 'the answer').toContain(field)
    })
  }
})
