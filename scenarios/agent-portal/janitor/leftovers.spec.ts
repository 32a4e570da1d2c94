import { removeLeftovers } from '../../support/janitor.ts'
import { test } from '../test.ts'

test('removes what earlier runs left behind', async ({ portal, metric }) => {
  const kind = (path: string, mark: string, createdAt: string, query = '') => ({
    list: async () =>
      ((await portal.read(`${path}${query}`)).items as readonly Record<string, string>[]).map(item => ({
        id: item['id']!,
        mark: item[mark]!,
        createdAt: item[createdAt]!,
      })),
    remove: (id: string) => portal.send('DELETE', `${path}/${id}`),
  })
  await removeLeftovers(
    {
      appointments: kind('/api/appointments', 'patient', 'createdAt', '?search=synthetic-'),
      tasks: kind('/api/tasks', 'title', 'createdAt', '?search=synthetic-'),
      reports: kind('/api/reports', 'title', 'createdAt'),
      schedules: kind('/api/reports/schedule', 'title', 'createdAt'),
      tickets: kind('/api/support-tickets', 'subject', 'createdAt'),
    },
    metric,
  )
})
