import { signIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

test('a health record is shown to its member and its therapist alone', { tag: '@THR-12' }, async ({
  request,
  clinic,
  member,
  therapist,
}) => {
  await clinic.book(member, therapist, 'later')
  const read = (headers: Readonly<Record<string, string>>) => request.get(`/api/records/${member.record}`, { headers })

  for (const [who, { headers }] of [
    ['the member', member],
    ['the therapist', therapist],
  ] as const) {
    await test.step(`${who} reads it`, async () => {
      const response = await read(headers)
      await expect(response, `the record for ${who}`).toBeOK()
      expect(await response.json()).toMatchObject({ record: member.record, name: member.name })
    })
  }
  for (const [who, email] of [
    ['another member', 'sessions-1@example.com'],
    ['another therapist', 'sessions-therapist-1@example.com'],
    ['a partner', 'partner-1@example.com'],
  ] as const) {
    await test.step(`${who} does not`, async () => {
      const response = await read((await signIn(request, email)).headers)
      expect([403, 404], `status for ${who}`).toContain(response.status())
      expect(await response.text(), `answer to ${who}`).not.toContain(member.name)
    })
  }
  await test.step('nor does somebody who is not signed in', async () => {
    expect((await read({ cookie: 'none=1' })).status()).toBe(401)
  })
})

test('health data is kept in no cache and given over HTTPS only', { tag: '@THR-31' }, async ({
  request,
  address,
  clinic,
  member,
  therapist,
}) => {
  const { headers, record, name } = member
  const { id } = await clinic.book(member, therapist, 'later')
  for (const path of [`/api/records/${record}`, `/records/${record}`, `/sessions/${id}`]) {
    await test.step(path, async () => {
      const response = await request.get(path, { headers })
      await expect(response, path).toBeOK()
      expect(response.headers()['cache-control'] ?? 'none', `cache-control of ${path}`).toMatch(/\bno-store\b/)
      const plain = await request.get(new URL(path, address('plain')).href, { headers, maxRedirects: 0 })
      expect(plain.ok(), `an answer of ${path} over plain HTTP`).toBe(false)
      expect(await plain.text(), `what ${path} gives over plain HTTP`).not.toContain(name)
    })
  }
})

test('the audit trail shows who read which record and when', { tag: '@THR-16' }, async ({
  request,
  clinic,
  member,
  therapist,
  admin,
}) => {
  await clinic.book(member, therapist, 'later')
  const began = Date.now()
  await expect(await request.get(`/api/records/${member.record}`, { headers: therapist.headers })).toBeOK()
  const params = { record: member.record! }
  const response = await request.get('/api/audit', { headers: admin.headers, params })
  await expect(response, 'the audit trail').toBeOK()
  const [newest] = (await response.json()).entries
  expect(newest, 'newest entry about the record').toMatchObject({
    who: therapist.email,
    action: 'read',
    record: member.record,
  })
  // The two clocks may differ by a little.
  expect(Math.abs(Date.parse(newest.at) - began), 'ms between the read and its entry').toBeLessThan(60_000)
  const refused = await request.get('/api/audit', { headers: member.headers, params })
  expect(refused.status(), 'status of the audit trail for a member').toBe(403)
})
