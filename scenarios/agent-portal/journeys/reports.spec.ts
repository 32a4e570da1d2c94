import { reportsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('generates, downloads and schedules reports', { tag: '@AGT-24' }, async ({ page, portal, enter }) => {
  const view = reportsPage(page)
  portal.removeFoundLater('/api/reports')
  portal.removeFoundLater('/api/reports/schedule')
  await enter(page)
  await view.open()

  await test.step('PDF', async () => {
    await view.generate(`${portal.mark} pdf`, 'pdf')
    const file = await view.download(`${portal.mark} pdf`)
    expect(file.subarray(0, 5).toString(), 'beginning of the PDF').toBe('%PDF-')
    expect(file.toString('latin1').trimEnd(), 'end of the PDF').toMatch(/startxref\s+\d+\s+%%EOF$/)
  })
  await test.step('Excel', async () => {
    await view.generate(`${portal.mark} xlsx`, 'xlsx')
    const file = await view.download(`${portal.mark} xlsx`)
    expect(file.subarray(0, 4).toString('latin1'), 'beginning of the workbook').toBe('PK\x03\x04')
    expect(file.includes('xl/workbook.xml'), 'a workbook in the file').toBe(true)
  })
  await test.step('schedule', async () => {
    await view.schedule(portal.mark, 'week')
    await expect(view.schedules.row(portal.mark)).toContainText('week')
  })
})
