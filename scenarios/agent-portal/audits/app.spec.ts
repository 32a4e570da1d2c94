import { expectInstallable, expectWorksOffline } from '../../support/pwa.ts'
import { test } from '../test.ts'

test.use({ serviceWorkers: 'allow' })

test('the portal can be installed, and shows something when offline', { tag: '@AGT-48' }, async ({ page, request }) => {
  await expectInstallable(request, '/auth/login')
  await expectWorksOffline(page, '/auth/login', /offline/i)
})
