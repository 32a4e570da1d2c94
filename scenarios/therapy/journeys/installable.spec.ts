import { expectInstallable, expectWorksOffline } from '../../support/pwa.ts'
import { test } from '../test.ts'

test('the application can be installed and works offline', { tag: '@THR-21' }, async ({ page, request }) => {
  await expectInstallable(request, '/sign-in')
  await expectWorksOffline(page, '/sign-in', /you are offline/i)
})
