import { type Leftover, removeLeftovers } from '../../support/janitor.ts'
import { createClinic, signIn } from '../clinic.ts'
import { test } from '../test.ts'

for (const clinic of ['centro', 'norte', 'sul'] as const) {
  test(`removes what earlier runs left behind in ${clinic}`, async ({ request, runId, cleanup, metric }) => {
    const api = createClinic(request, await signIn(request, 'janitor', clinic), runId, cleanup)
    const kind = (
      name: Parameters<typeof api.remove>[0],
      list: () => Promise<readonly (Omit<Leftover, 'mark'> & { readonly name: string })[]>,
    ) => ({
      list: async () => (await list()).map(item => ({ ...item, mark: item.name })),
      remove: (id: string) => api.remove(name, id),
    })
    const kinds = {
      appointments: kind('appointments', api.appointments),
      patients: kind('patients', () => api.findPatients('synthetic-')),
      users: kind('users', api.users),
    }
    await removeLeftovers(kinds, metric)
  })
}
