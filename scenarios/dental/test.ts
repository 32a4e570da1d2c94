import type { Page } from 'playwright/test'
import { expect, systemTest } from '../support/test.ts'
import { type Clinic, createClinic, type Session, signIn } from './clinic.ts'
import { referenceUrls } from './reference.ts'

interface DentalFixtures {
  /** The staff, signed in with an account of this spec: accounts are named after its file. */
  readonly session: Session
  /** The API of the clinic with that session. */
  readonly clinic: Clinic
  /** Signs a page in without the form. Default: with the session of this spec. */
  readonly enter: (page: Page, as?: Session) => Promise<void>
}

export const test = systemTest(referenceUrls).extend<DentalFixtures>({
  session: async ({ request }, use, info) => {
    const spec = /([\w-]+)\.spec\.ts$/.exec(info.file)![1]!
    await use(await signIn(request, spec))
  },
  clinic: async ({ request, session, runId, cleanup }, use) => {
    await use(createClinic(request, session, runId, cleanup))
  },
  enter: async ({ session, address }, use) => {
    await use((page, { accessToken } = session) =>
      page.context().addCookies([{ name: 'access', value: accessToken, url: address('web') }]),
    )
  },
})

export { expect }
