import { figure } from '../../support/figures.ts'
import { expectAtMost } from '../../support/rate-limit.ts'
import { requirements } from '../requirements.ts'
import { test } from '../test.ts'

const most = figure(requirements, 'AGT-39')

test(`no more than ${most} tries to sign in`, { tag: '@AGT-39' }, async ({ request, runId }) => {
  // An address that nobody has: its window is untouched, and nobody is locked out.
  const data = { email: `limits-${runId}@example.com`, password: `wrong-${runId}` }
  await expectAtMost(most, () => request.post('/api/auth/login', { data }))
})
