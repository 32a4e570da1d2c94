import { expect, test } from '../test.ts'

const text = expect.any(String)
const number = expect.any(Number)

/** The agreed shapes; further fields are allowed. */
const lists = {
  '/api/doctors': { id: text, name: text, specialty: text, hospital: text, rating: number, fee: number },
  '/api/hospitals': { id: text, name: text, city: text },
  '/api/appointments': {
    id: text,
    doctor: text,
    patient: text,
    patientId: text,
    slotId: text,
    startsAt: text,
    state: text,
  },
  '/api/notifications': { id: text, text, sentAt: number },
}
const records = {
  '/api/dashboard/stats': { appointments: number, pending: number, customers: number, openTasks: number },
  '/api/users/me': { id: text, email: text, name: text, role: expect.stringMatching(/^(agent|admin)$/) },
}

test('answers have the agreed shape', { tag: '@AGT-36' }, async ({ portal }) => {
  const { id } = await portal.create('/api/notifications', { text: portal.mark })
  portal.removeLater(`/api/notifications/${id}`)
  for (const [path, shape] of Object.entries(lists)) {
    await test.step(path, async () => {
      const { items, total } = await portal.read(path)
      expect(total, `total of ${path}`).toBeGreaterThan(0)
      expect(items.length, `items of ${path}`).toBeGreaterThan(0)
      for (const item of items) expect(item, `an item of ${path}`).toMatchObject(shape)
    })
  }
  for (const [path, shape] of Object.entries(records)) {
    await test.step(path, async () => expect(await portal.read(path), path).toMatchObject(shape))
  }
})

test('the calls of the analytics exist', { tag: '@AGT-35' }, async ({ portal }) => {
  for (const name of ['dashboard', 'performance', 'trends', 'kpis']) {
    await test.step(name, async () => {
      const figures = await portal.read(`/api/analytics/${name}`)
      expect(Object.keys(figures).length, `figures of ${name}`).toBeGreaterThan(0)
    })
  }
})
