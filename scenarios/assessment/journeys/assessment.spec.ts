import { assessmentPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('the answers of a tier are stored and make the result', { tag: '@ASM-08' }, async ({ page, platform, enter }) => {
  const { id } = await platform.startAssessment()
  const assessment = assessmentPage(page)
  await enter(page)
  await assessment.open(id)
  await expect(assessment.level).toHaveText('open')

  await test.step('answer', async () => {
    await assessment.answer(['yes', 'no', 'partly'])
    await expect(assessment.notice).toContainText('saved')
    await expect(assessment.score).toContainText('50')
    await expect(assessment.level).toHaveText('developing')
  })

  await test.step('the answers are there after a reload', async () => {
    await assessment.open(id)
    for (const [index, value] of ['yes', 'no', 'partly'].entries()) {
      await expect(assessment.questions.nth(index)).toHaveValue(value)
    }
    await expect(assessment.level).toHaveText('developing')
  })

  await test.step('other answers make another result', async () => {
    await assessment.answer(['yes', 'yes', 'yes'])
    await expect(assessment.level).toHaveText('ready')
    expect((await platform.readAssessment(id)).result).toMatchObject({ score: 100, gaps: [] })
  })
})
