import { reportsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

/** `107`, `R$ 36.380,00`, `11,2%`: digits in groups of three, as people in Brazil write them. */
const figure = /^(R\$\s)?\d{1,3}(\.\d{3})*(,\d+)?\s?%?$/

test('reports are shown with figures and a chart', { tag: '@DNT-18' }, async ({ page, enter }) => {
  const reports = reportsPage(page)
  await enter(page)
  await reports.open()

  for (const name of ['Consultas', 'Faturamento', 'Faltas', 'Pacientes']) {
    await test.step(name, () => expect.soft(reports.figure(name)).toHaveText(figure))
  }
  await test.step('no figure is missing', () =>
    expect.soft(page.getByRole('main')).not.toContainText(/NaN|undefined|null|Infinity/))
  await test.step('the chart has a bar for each week, and not all of them are empty', async () => {
    const weeks = await reports.weeks.count()
    expect(weeks, 'weeks').toBeGreaterThan(1)
    await expect(reports.bars).toHaveCount(weeks)
    const heights = await reports.bars.evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect().height))
    expect(Math.max(...heights), 'height of the highest bar').toBeGreaterThan(0)
    expect(heights.some(Number.isNaN), 'a bar without a height').toBe(false)
  })
})
