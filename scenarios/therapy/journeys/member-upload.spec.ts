import { signInFor } from '../clinic.ts'
import { partnerPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('bad rows of an upload are reported by line and good ones kept', { tag: '@THR-10' }, async ({
  page,
  request,
  clinic,
  cleanup,
  enter,
}) => {
  const partner = await signInFor(request, 'partner')
  const { headers } = partner
  const partnerView = partnerPage(page)
  const email = (name: string) => `${clinic.mark}-${name}@example.com`
  const rows = ['name,email', `Ann ${clinic.mark},${email('ann')}`, 'Ben,not an address', `,${email('eve')}`]
  const csv = [...rows, `Zoe ${clinic.mark},${email('zoe')}`].join('\n')
  cleanup(async () => {
    const { members } = await (await request.get('/api/partner/members', { headers })).json()
    for (const member of members) {
      if (member.email.includes(clinic.mark)) await request.delete(`/api/people/${member.id}`, { headers })
    }
  })

  await enter(page, partner)
  await partnerView.open()
  await partnerView.upload(`${clinic.mark}.csv`, csv)
  await test.step('bad rows are named by line and field', async () => {
    await expect(partnerView.refused).toHaveText([/line 3\b.*email/i, /line 4\b.*name/i])
  })
  await test.step('good rows are kept', async () => {
    await expect(partnerView.members).toContainText(email('ann'))
    await expect(partnerView.members).toContainText(email('zoe'))
    await expect(partnerView.members).not.toContainText(email('eve'))
  })
})
