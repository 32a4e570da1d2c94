import { createClinic, signIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

const clinics = ['centro', 'norte', 'sul'] as const

test('one clinic never sees the patients of another', { tag: '@DNT-20' }, async ({ request, runId, cleanup }) => {
  const own = await Promise.all(
    clinics.map(async clinic => {
      const session = await signIn(request, 'monitor', clinic)
      const api = createClinic(request, session, runId, cleanup)
      return { clinic, session, api, patient: await api.createPatient(` ${clinic}`) }
    }),
  )
  for (const { clinic, session, api, patient } of own) {
    const { headers } = session
    await test.step(`${clinic} sees its own patient and no other`, async () => {
      await expect(await request.get(`/api/patients/${patient.id}`, { headers }), 'its own patient').toBeOK()
      expect((await api.findPatients(api.mark)).map(({ id }) => id)).toEqual([patient.id])
    })
    for (const { clinic: other, patient: foreign } of own.filter(item => item.clinic !== clinic)) {
      await test.step(`${clinic} gets nothing of ${other}`, async () => {
        const path = `/api/patients/${foreign.id}`
        const answers = {
          read: await request.get(path, { headers }),
          'read the record of': await request.get(`${path}/record`, { headers }),
          'write the record of': await request.post(`${path}/record`, { headers, data: { text: api.mark } }),
          book: await request.post('/api/appointments', {
            headers,
            data: { patient: foreign.id, service: 'limpeza', start: '2099-01-05T09:00' },
          }),
          remove: await request.delete(path, { headers }),
        }
        for (const [what, answer] of Object.entries(answers)) {
          expect
            .soft([403, 404], `status when ${clinic} would ${what} a patient of ${other}`)
            .toContain(answer.status())
          expect.soft(await answer.text(), `answer when ${clinic} would ${what}`).not.toContain(foreign.name)
        }
      })
    }
  }
})
