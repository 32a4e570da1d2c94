import { expectAssetsCached } from '../../support/assets.ts'
import { expectNoSecrets } from '../../support/browser-secrets.ts'
import { signIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

test('answers come compressed, and static assets may be kept', { tag: '@DNT-27' }, async ({ request }) => {
  const { headers } = await signIn(request, 'monitor')
  await test.step('a large answer of the API', async () => {
    const response = await request.get('/api/users', { headers: { ...headers, 'accept-encoding': 'gzip, br' } })
    expect((await response.body()).length, 'bytes of an answer that is worth it').toBeGreaterThan(1_024)
    expect.soft(response.headers()['content-encoding'] ?? 'none', 'content-encoding').toMatch(/^(gzip|br|zstd)$/)
  })
  await expectAssetsCached(request, '/')
})

test('no secret is in what the browser is given', { tag: '@DNT-40' }, async ({ request }) => {
  // Playwright keeps the cookie of the sign-in, so the pages of the staff are read as well.
  await signIn(request, 'monitor')
  await expectNoSecrets(request, ['/', '/portal/entrar', '/agendar', '/painel', '/relatorios'])
})
