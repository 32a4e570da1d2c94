import { expectForeignOriginsRefused } from '../../support/cors.ts'
import { test } from '../test.ts'

test('a foreign origin is not admitted', { tag: '@AGT-40' }, async ({ request, session, address }) => {
  const { headers } = session
  const origins = [`${new URL(address('web')).origin}.evil.example`]
  await expectForeignOriginsRefused(request, '/api/appointments', { headers, origins })
})
