import { open } from '../../support/pages.ts'
import { expect, test } from '../test.ts'

// The fixture keeps the web vitals of every page; the limits of the promise judge them.
test('pages come and answer fast', { tag: '@THR-34' }, async ({ page }) => {
  for (const visit of ['first', 'second']) {
    await test.step(`${visit} visit`, async () => {
      await open(page, '/')
      await page.getByText('How does it work?').click()
      await expect(page.getByText('One credit is one session')).toBeVisible()
    })
  }
})
