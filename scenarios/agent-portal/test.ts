import type { Page } from 'playwright/test'
import { expect, systemTest } from '../support/test.ts'
import { createPortal, type Portal, type Session, signIn } from './portal.ts'
import { referenceUrls } from './reference.ts'

interface PortalFixtures {
  /** An agent, signed in with an account of this journey: accounts are named after its file. */
  readonly session: Session
  /** The API with that session. */
  readonly portal: Portal
  /** Signs a page in without the form. */
  readonly enter: (page: Page) => Promise<void>
}

/** Journeys have accounts named after their file, as has what books much; all else shares those of the monitor. */
const useOf = (file: string) => /(?:journeys\/|(?=completion))([\w-]+)\.spec\.ts$/.exec(file)?.[1] ?? 'monitor'

export const test = systemTest(referenceUrls).extend<PortalFixtures>({
  // Only the audit of the app's offline part lets it register one: it would stand between a page and its calls.
  serviceWorkers: 'block',
  session: async ({ request }, use, info) => {
    await use(await signIn(request, useOf(info.file)))
  },
  portal: async ({ request, session, runId, cleanup }, use) => {
    await use(createPortal(request, session, runId, cleanup))
  },
  enter: async ({ session }, use) => {
    await use(async page => {
      await page.addInitScript(tokens => localStorage.setItem('tokens', JSON.stringify(tokens)), session.tokens)
    })
  },
})

export { expect }
