import { payer } from '../platform.ts'
import { expect, test } from '../test.ts'

test('a payment that lacks a field is refused and names it', { tag: '@ASM-02' }, async ({
  request,
  session,
  platform,
}) => {
  const { headers } = session
  const { id } = await platform.startAssessment()
  const { id: requestId, price } = await platform.requestService()
  for (const [path, whole] of [
    ['/api/payments', { ...payer, assessment_id: id, tier: 2, amount: 4_900 }],
    [`/api/service-requests/${requestId}/payments`, { ...payer, amount: price }],
  ] as const) {
    for (const field of Object.keys(whole)) {
      await test.step(`${path} without ${field}`, async () => {
        const data = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field))
        const response = await request.post(path, { headers, data })
        expect(response.status(), `status without ${field}`).toBe(422)
        const { errors } = await response.json()
        expect(errors, `errors without ${field}`).toContainEqual(expect.objectContaining({ field }))
      })
    }
  }
})
