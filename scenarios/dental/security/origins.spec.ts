import { expectForeignOriginsRefused } from '../../support/cors.ts'
import { signIn } from '../clinic.ts'
import { test } from '../test.ts'

test('foreign origins are kept out of the API', { tag: '@DNT-28' }, async ({ request, address }) => {
  const { headers } = await signIn(request, 'monitor')
  const { hostname } = new URL(address('web'))
  await expectForeignOriginsRefused(request, '/api/patients', {
    headers,
    origins: [`https://${hostname}.evil.example`],
  })
})
