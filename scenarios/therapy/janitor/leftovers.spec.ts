import { removeLeftovers } from '../../support/janitor.ts'
import type { Session } from '../clinic.ts'
import { test } from '../test.ts'

test('removes what earlier runs left behind', async ({ request, admin: { headers }, metric }) => {
  await removeLeftovers(
    {
      accounts: {
        async list() {
          const { people } = await (await request.get('/api/people', { headers })).json()
          return people.map((person: { id: string; email: string; createdAt: string }) => ({
            ...person,
            mark: person.email,
          }))
        },
        remove: id => request.delete(`/api/people/${id}`, { headers }),
      },
      sessions: {
        async list() {
          const { sessions } = await (await request.get('/api/sessions', { headers })).json()
          const booked: readonly (Session & { createdAt: string })[] = sessions
          return booked
            .filter(({ state }) => state === 'booked')
            .map(({ id, topic, createdAt }) => ({ id, createdAt, mark: topic }))
        },
        remove: id => request.delete(`/api/sessions/${id}`, { headers }),
      },
    },
    metric,
  )
})
