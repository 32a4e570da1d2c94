import type { APIResponse } from 'playwright/test'
import { problemOf } from '../../support/problem.ts'
import { expect, test } from '../test.ts'

test('errors have one form everywhere', { tag: '@ASM-09' }, async ({ request, session }) => {
  const { headers } = session
  const json = { ...headers, 'content-type': 'application/json' }
  const calls: Readonly<Record<string, () => Promise<APIResponse>>> = {
    'an unknown path': () => request.get('/api/no-such-thing'),
    'an unknown path with an extension': () => request.get('/api/no-such-thing.php'),
    'an unknown assessment': () => request.get('/api/assessments/none', { headers }),
    'an unknown service request': () => request.get('/api/service-requests/none', { headers }),
    'an unknown payment': () => request.get('/api/payments/none', { headers }),
    'a wrong method': () => request.delete('/api/catalogue'),
    'no token': () => request.get('/api/assessments'),
    'a wrong password': () => request.post('/api/auth/login', { data: { email: 'x@example.com', password: 'wrong' } }),
    'a role that may not': () => request.get('/api/admin/accounts', { headers }),
    'a body that is no JSON': () => request.post('/api/assessments', { headers: json, data: Buffer.from('{') }),
    'a body of another type': () =>
      request.post('/api/assessments', { headers: { ...headers, 'content-type': 'text/csv' }, data: 'a,b' }),
    'a field that is missing': () => request.post('/api/service-requests', { headers, data: {} }),
    'AI help without a question': () => request.post('/api/ai/help', { headers, data: {} }),
  }
  for (const [what, call] of Object.entries(calls)) {
    await test.step(what, async () => {
      const response = await call()
      // Whether it should have been refused is another promise.
      if (response.ok()) return
      const problem = await problemOf(response)
      expect.soft(problem.status, `status in the body with ${what}`).toBe(response.status())
    })
  }
})
