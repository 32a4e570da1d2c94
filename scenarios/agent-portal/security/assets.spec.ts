import { expectAssetsCached } from '../../support/assets.ts'
import { test } from '../test.ts'

test('static assets are cacheable and compressed', { tag: '@AGT-53' }, async ({ request }) => {
  await expectAssetsCached(request, '/auth/login')
})
