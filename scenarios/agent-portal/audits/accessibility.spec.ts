import { open } from '../../support/pages.ts'
import { test } from '../test.ts'

test.describe.configure({ timeout: 60_000 })

// The limit of the promise makes axe look at each page that is opened.
test('pages can be used by everybody', { tag: '@AGT-09' }, async ({ page, enter }) => {
  await test.step('/auth/login', () => open(page, '/auth/login'))
  await enter(page)
  for (const path of ['/dashboard', '/doctor-search', '/appointment-booking/doctor-1', '/tasks', '/reports']) {
    await test.step(path, () => open(page, path))
  }
})
