import { doctorsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

interface Doctor {
  readonly name: string
  readonly specialty: string
}

test('searches doctors and filters the list', { tag: '@AGT-16' }, async ({ page, portal, enter }) => {
  const { items }: { items: readonly Doctor[] } = await portal.read('/api/doctors')
  const wanted = items[0]!
  const sameSpecialty = items.filter(({ specialty }) => specialty === wanted.specialty)
  const doctors = doctorsPage(page)
  await enter(page)

  await test.step('all doctors', async () => {
    await doctors.open()
    await expect(doctors.rows).toHaveCount(items.length)
  })
  await test.step('filter by specialty', async () => {
    await doctors.filter(wanted.specialty)
    await expect(doctors.rows).toHaveCount(sameSpecialty.length)
    expect(sameSpecialty.length, 'doctors of one specialty').toBeLessThan(items.length)
    for (const row of await doctors.rows.all()) await expect(row).toContainText(wanted.specialty)
  })
  await test.step('search by name', async () => {
    await doctors.search(wanted.name)
    const sameName = sameSpecialty.filter(({ name }) => name.includes(wanted.name))
    await expect(doctors.rows).toContainText(sameName.map(({ name }) => name))
  })
})
