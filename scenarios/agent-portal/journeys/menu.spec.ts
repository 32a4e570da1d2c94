import { open } from '../../support/pages.ts'
import { watchRequests } from '../../support/settled.ts'
import { menuPaths } from '../pages.ts'
import { expect, test } from '../test.ts'

// The limit of AGT-01 makes the load time of each page part of the result, where it is judged.
test('every page of the menu opens, in time and without an error', { tag: ['@AGT-01', '@AGT-56'] }, async ({
  page,
  enter,
}) => {
  const troubles: string[] = []
  page.on('pageerror', error => troubles.push(`${page.url()} throws: ${error.message}`))
  page.on('response', response => {
    if (response.status() >= 400) troubles.push(`${response.url()} answers ${response.status()}`)
  })
  const settled = watchRequests(page)
  await enter(page)
  await open(page, '/dashboard')

  for (const path of await menuPaths(page)) {
    await test.step(path, async () => {
      await open(page, path)
      await settled()
      expect(troubles, `errors of ${path}`).toEqual([])
    })
  }
})
