import type { Page } from 'playwright/test'
import { expect, systemTest } from '../support/test.ts'
import { createPlatform, type Platform, type Session, signIn } from './platform.ts'
import { referenceUrls } from './reference.ts'

interface PlatformFixtures {
  /** A client, signed in with an account of this check: accounts are named after its file. */
  readonly session: Session
  /** The API with that session. */
  readonly platform: Platform
  /** Signs a page in without the form. */
  readonly enter: (page: Page) => Promise<void>
}

/** Checks on requests alone share their accounts, but those that spend a window of their own. */
const ownAccounts = ['assessment', 'payment', 'service-request', 'phone', 'help']

export const test = systemTest(referenceUrls).extend<PlatformFixtures>({
  session: async ({ request }, use, info) => {
    const name = /([\w-]+)\.spec\.ts$/.exec(info.file)![1]!
    await use(await signIn(request, ownAccounts.includes(name) ? name : 'monitor'))
  },
  platform: async ({ request, session, runId, cleanup }, use) => {
    await use(createPlatform(request, session, runId, cleanup))
  },
  enter: async ({ session }, use) => {
    await use(async page => {
      await page.addInitScript(tokens => localStorage.setItem('tokens', JSON.stringify(tokens)), session.tokens)
    })
  },
})

export { expect }
