import { open } from '../../support/pages.ts'
import { menuPaths } from '../pages.ts'
import { test } from '../test.ts'

test.describe.configure({ timeout: 60_000 })

// The limit of the promise makes axe look at each page that is opened.
test('pages can be used by everybody', { tag: '@AGT-09' }, async ({ page, enter }) => {
  await test.step('/auth/login', () => open(page, '/auth/login'))
  await enter(page)
  await open(page, '/dashboard')
  for (const path of [...(await menuPaths(page)), '/appointment-booking/doctor-1', '/no-such-page']) {
    await test.step(path, () => open(page, path))
  }
})
