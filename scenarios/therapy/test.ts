import type { Page } from 'playwright/test'
import { expect, systemTest } from '../support/test.ts'
import { type Clinic, createClinic, enter, type Person, signInFor } from './clinic.ts'
import { referenceUrls } from './reference.ts'

interface ClinicFixtures {
  /** Accounts of this spec, named after its file (what is not a journey shares those of `monitor`). */
  readonly use: string
  readonly member: Person
  readonly therapist: Person
  readonly admin: Person
  readonly clinic: Clinic
  /** Signs a page in without the form. */
  readonly enter: (page: Page, person: Person) => Promise<void>
}

export const test = systemTest(referenceUrls).extend<ClinicFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  use: async ({}, use, { file }) => {
    await use(/\/(audits|security|janitor)\//.test(file) ? 'monitor' : /([\w-]+)\.spec\.ts$/.exec(file)![1]!)
  },
  member: async ({ request, use: name }, use) => {
    await use(await signInFor(request, name))
  },
  therapist: async ({ request, use: name }, use) => {
    await use(await signInFor(request, `${name}-therapist`))
  },
  admin: async ({ request }, use) => {
    await use(await signInFor(request, 'admin'))
  },
  clinic: async ({ request, runId, cleanup }, use) => {
    await use(createClinic(request, runId, cleanup))
  },
  enter: async ({ baseURL }, use) => {
    await use((page, person) => enter(page, person, baseURL))
  },
})

export { expect }
