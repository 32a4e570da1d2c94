import { expectOperatorsRefused } from '../../support/injection.ts'
import { accountOf, createClinic, signIn, tryToSignIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

test('operators of a database are no passwords, and no search', { tag: '@DNT-22' }, async ({
  request,
  runId,
  cleanup,
}) => {
  await expectOperatorsRefused(password => tryToSignIn(request, accountOf('monitor'), password))
  await test.step('an operator in place of the address', async () => {
    const data = { email: { $gt: '' }, password: { $gt: '' } }
    expect([400, 401, 422]).toContain((await request.post('/api/auth/login', { data })).status())
  })
  const clinic = createClinic(request, await signIn(request, 'monitor'), runId, cleanup)
  for (const search of ["' OR '1'='1", '{"$gt":""}', '.*']) {
    await test.step(`a search for ${search} finds nobody`, async () => {
      expect(await clinic.findPatients(search)).toEqual([])
    })
  }
})
