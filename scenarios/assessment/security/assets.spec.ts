import { expectAssetsCached } from '../../support/assets.ts'
import { test } from '../test.ts'

test('static assets are compressed and may be kept', { tag: '@ASM-32' }, ({ request }) =>
  expectAssetsCached(request, '/'),
)
