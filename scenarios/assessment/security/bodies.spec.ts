import { expect, test } from '../test.ts'

const answers = { t1q1: 'yes', t1q2: 'partly', t1q3: 'no' }

test('a tier is answered as JSON and as a form alike', { tag: '@ASM-07' }, async ({ platform }) => {
  const tell = async (body: { data: object } | { form: Record<string, string> }) => {
    const { id } = await platform.startAssessment()
    const response = await platform.answer(id, body)
    const { answers: stored, result, tier } = response.ok() ? await response.json() : {}
    return { status: response.status(), stored, result, tier }
  }
  const json = await tell({ data: { answers } })
  expect(json).toMatchObject({ status: 200, stored: answers, result: { score: 50 } })
  expect(await tell({ form: answers }), 'what a form leads to').toEqual(json)
})
