import { removeLeftovers } from '../../support/janitor.ts'
import { createPortal, signIn } from '../portal.ts'
import { expect, test } from '../test.ts'

test('removes what earlier runs left behind', async ({ request, runId, cleanup, metric }) => {
  const portal = createPortal(request, await signIn(request, 'janitor'), runId, cleanup)
  const kind = (path: string, mark: string, query = '') => ({
    list: async () => {
      const { items, total } = await portal.read(`${path}${query}`)
      // The newest come first: what is old would stay unseen behind them.
      expect(items, `${path}, all of it`).toHaveLength(total)
      return (items as readonly Record<string, string>[]).map(item => ({
        id: item['id']!,
        mark: item[mark]!,
        createdAt: item['createdAt']!,
      }))
    },
    remove: (id: string) => portal.send('DELETE', `${path}/${id}`),
  })
  await removeLeftovers(
    {
      appointments: kind('/api/appointments', 'patient', '?search=synthetic-'),
      users: kind('/api/users', 'email'),
      tasks: kind('/api/tasks', 'title', '?search=synthetic-'),
      reports: kind('/api/reports', 'title'),
      schedules: kind('/api/reports/schedule', 'title'),
      tickets: kind('/api/support-tickets', 'subject'),
    },
    metric,
  )
})
