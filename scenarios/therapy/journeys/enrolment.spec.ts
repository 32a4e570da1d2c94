import { signIn, signInFor } from '../clinic.ts'
import { accountPages, adminPage, bookingPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a therapist is offered once an administrator has approved', { tag: '@THR-02' }, async ({
  page,
  request,
  admin,
  clinic,
  runId,
  cleanup,
  enter,
}) => {
  const name = clinic.mark
  const [email, password] = [`${name}@example.com`, `first-${runId}`]
  const member = await signInFor(request, 'booking')
  const booking = bookingPage(page)

  const enrolled = await test.step('enrol', async () => {
    await accountPages(page).enrol(name, email, password)
    const therapist = await signIn(request, email, password)
    clinic.removeLater(therapist, admin)
    return therapist
  })
  await test.step('not offered before', async () => {
    await enter(page, member)
    await booking.open()
    await expect(booking.therapists.filter({ hasText: name })).toHaveCount(0)
    const slot = (await clinic.freeSlots(member, (await signInFor(request, 'booking-therapist')).id)).at(-1)
    const data = { therapist: enrolled.id, slot, topic: name }
    const response = await request.post('/api/sessions', { headers: member.headers, data })
    if (response.ok()) {
      const { id } = await response.json()
      cleanup(() => request.delete(`/api/sessions/${id}`, { headers: member.headers }))
    }
    expect(response.ok(), 'a booking of a therapist who is not approved').toBe(false)
  })
  await test.step('approve', async () => {
    await enter(page, admin)
    await adminPage(page).open()
    await adminPage(page).approve(name)
    await expect(adminPage(page).rows('Therapists').filter({ hasText: name })).toContainText('approved')
  })
  await test.step('offered afterwards', async () => {
    await enter(page, member)
    await booking.open()
    await expect(booking.therapists.filter({ hasText: name })).toHaveCount(1)
  })
})
