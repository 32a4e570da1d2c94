import { expectAssetsCached } from '../../support/assets.ts'
import { expectHttpsRedirect } from '../../support/https.ts'
import { test } from '../test.ts'

test('plain HTTP leads to HTTPS', { tag: '@THR-14' }, async ({ request, address }) => {
  await expectHttpsRedirect(request, address('plain'), ['/sign-in', '/book?therapist=1'])
})

test('static assets may be kept and come compressed', { tag: '@THR-28' }, async ({ request }) => {
  await expectAssetsCached(request, '/sign-in')
})
