import type { Page } from 'playwright/test'
import { expect, systemTest } from '../support/test.ts'
import { referenceUrls } from './reference.ts'
import { createShop, type Session, type Shop, signIn } from './shop.ts'

interface ShopFixtures {
  /** The staff, signed in with an account of this journey: accounts are named after its file. */
  readonly session: Session
  /** The API with that session. */
  readonly shop: Shop
  /** Signs a page in without the form. */
  readonly enter: (page: Page) => Promise<void>
}

export const test = systemTest(referenceUrls).extend<ShopFixtures>({
  session: async ({ request }, use, info) => {
    const journey = /([\w-]+)\.spec\.ts$/.exec(info.file)![1]!
    await use(await signIn(request, journey))
  },
  shop: async ({ request, session, runId, cleanup }, use) => {
    await use(createShop(request, session, runId, cleanup))
  },
  enter: async ({ session }, use) => {
    await use(async page => {
      await page.addInitScript(tokens => localStorage.setItem('tokens', JSON.stringify(tokens)), session.tokens)
    })
  },
})

export { expect }
