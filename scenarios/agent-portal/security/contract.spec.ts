import { expect, test } from '../test.ts'

const text = { type: 'string' }
const number = { type: 'number' }
const object = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})
const list = (item: object) => object({ items: { type: 'array', minItems: 1, items: item }, total: number })

/** The agreed shapes: further fields are allowed. */
const shapes: Readonly<Record<string, object>> = {
  '/api/doctors': list(object({ id: text, name: text, specialty: text, hospital: text, rating: number, fee: number })),
  '/api/hospitals': list(object({ id: text, name: text, city: text })),
  '/api/appointments': list(
    object({ id: text, doctor: text, patient: text, patientId: text, slotId: text, startsAt: text, state: text }),
  ),
  '/api/dashboard/stats': object({ appointments: number, pending: number, customers: number, openTasks: number }),
  '/api/notifications': list(object({ id: text, text, sentAt: number })),
  '/api/users/me': object({ id: text, email: text, name: text, role: { enum: ['agent', 'admin'] } }),
}

test('answers have the agreed shape', { tag: '@AGT-36' }, async ({ portal }) => {
  // Imported when it is needed: other specs start without it.
  const { contractMismatch } = await import('#vedette')
  const { id } = await portal.create('/api/notifications', { text: portal.mark })
  portal.removeLater(`/api/notifications/${id}`)
  for (const [path, shape] of Object.entries(shapes)) {
    await test.step(path, async () => {
      const mismatch = contractMismatch(shape, await portal.read(path))
      expect(mismatch, path).toBeUndefined()
    })
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
