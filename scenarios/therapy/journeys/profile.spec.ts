import { profilePage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a wrong date is refused at its field, by the form and by the server', { tag: '@THR-29' }, async ({
  page,
  request,
  member,
  cleanup,
  enter,
}) => {
  const { headers } = member
  const stored = async () => (await (await request.get('/api/me', { headers })).json()).dateOfBirth
  const before = await stored()
  const change = (dateOfBirth: string) => request.patch('/api/me', { headers, data: { dateOfBirth } })
  cleanup(() => change(before))
  const profile = profilePage(page)

  await test.step('the form names the field and sends nothing', async () => {
    await enter(page, member)
    await profile.open()
    const sent: string[] = []
    page.on('request', request => request.method() !== 'GET' && sent.push(request.method()))
    await profile.dateOfBirth.fill('2099-01-01')
    await profile.save()
    await expect(profile.dateOfBirth).toHaveAttribute('aria-invalid', 'true')
    await expect(profile.dateOfBirth).toHaveAccessibleDescription(/\S/)
    expect(sent, 'what the form sent').toEqual([])
  })
  for (const wrong of ['2099-01-01', '1990-02-31', '']) {
    await test.step(`the server refuses '${wrong}' and names the field`, async () => {
      const response = await change(wrong)
      expect([400, 422], `status of the date '${wrong}'`).toContain(response.status())
      expect((await response.json()).errors).toMatchObject([{ field: 'dateOfBirth', message: /\S/ }])
      expect(await stored(), 'the date that is stored').toBe(before)
    })
  }
})
