import { removeLeftovers } from '../../support/janitor.ts'
import { type Assessment, type ServiceRequest, signIn } from '../platform.ts'
import { test } from '../test.ts'

test('removes what earlier runs left behind', async ({ request, metric }) => {
  const { headers } = await signIn(request, 'janitor')
  const kind = <Thing extends { readonly id: string; readonly created_at: string }>(
    path: string,
    list: string,
    mark: (thing: Thing) => string,
  ) => ({
    list: async () => {
      const things: readonly Thing[] = (await (await request.get(path, { headers })).json())[list]
      return things.map(thing => ({ id: thing.id, mark: mark(thing), createdAt: thing.created_at }))
    },
    remove: (id: string) => request.delete(`${path}/${id}`, { headers }),
  })
  await removeLeftovers(
    {
      assessments: kind<Assessment>('/api/assessments', 'assessments', ({ title }) => title),
      requests: kind<ServiceRequest>('/api/service-requests', 'service_requests', ({ description }) => description),
      accounts: kind<{ id: string; email: string; created_at: string }>(
        '/api/admin/accounts',
        'accounts',
        ({ email }) => email,
      ),
    },
    metric,
  )
})
