import { expect, test } from '../test.ts'

test('the calls of the reports exist', { tag: '@AGT-33' }, async ({ portal }) => {
  const wanted = { title: portal.mark, kind: 'appointments', format: 'pdf' }
  const { id } = await portal.create('/api/reports/generate', wanted)
  portal.removeLater(`/api/reports/${id}`)
  const schedule = await portal.create('/api/reports/schedule', { ...wanted, every: 'week' })
  portal.removeLater(`/api/reports/schedule/${schedule.id}`)
  const { items } = await portal.read('/api/reports')
  expect((items as readonly { id: string }[]).map(item => item.id)).toContain(id)
  for (const path of [
    `/api/reports/${id}/download`,
    '/api/reports/export?kind=payments&format=xlsx',
    '/api/reports/templates',
  ]) {
    await expect(await portal.send('GET', path), path).toBeOK()
  }
})
