import { figure } from '../../support/figures.ts'
import { problemOf } from '../../support/problem.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const samples = 10
/** The contract names a model that always fails. It costs nothing, and shows what a failure looks like. */
const drill = { question: 'Is anybody there?', model: 'drill-unavailable' }

test('AI help answers', { tag: '@ASM-04' }, async ({ request, session, metric }) => {
  const { headers } = session
  const statuses: number[] = []
  for (let turn = 1; turn <= samples; turn++) {
    const data = { question: `What comes first, of ${turn} things?` }
    const response = await request.post('/api/ai/help', { headers, data })
    const answered = response.ok() && String((await response.json()).answer).trim() !== ''
    statuses.push(answered ? 200 : response.status())
  }
  const rate = statuses.filter(status => status === 200).length / samples
  metric('success_rate', rate)
  expect(rate, `share of answers (statuses: ${statuses.join(', ')})`).toBeGreaterThanOrEqual(
    figure(requirements, 'ASM-04'),
  )
})

test('AI help says in the agreed form that the model fails', { tag: '@ASM-05' }, async ({ request, session }) => {
  const response = await request.post('/api/ai/help', { headers: session.headers, data: drill })
  const problem = await problemOf(response)
  expect(problem.status, 'status in the body').toBe(response.status())
  expect(response.status(), 'status while the model fails').toBe(503)
  expect(problem.detail).toMatch(/model/)
})

test('AI help does not mind who calls from where', { tag: '@ASM-06' }, async ({ request, session }) => {
  const ask = (more: Record<string, string>) =>
    request.post('/api/ai/help', { headers: { ...session.headers, ...more }, data: drill })
  const usual = (await ask({})).status()
  for (const address of ['unknown', '_hidden', '']) {
    await test.step(`an address that is '${address}'`, async () => {
      const response = await ask({ 'x-forwarded-for': `${address}, 10.0.0.1` })
      expect(response.status(), 'status, as of any other call').toBe(usual)
    })
  }
})
