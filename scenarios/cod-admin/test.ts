import type { Page } from 'playwright/test'
import { test as base, expect } from '../support/test.ts'
import { createShop, type Session, type Shop, signIn } from './shop.ts'

interface ShopFixtures {
  /** The API with a session of the staff. */
  readonly shop: Shop
  /** Signs a page in without the form. */
  readonly enter: (page: Page) => Promise<void>
}

interface ShopWorker {
  /** One sign-in for all journeys of a run. */
  readonly session: Session
}

/** For journeys. */
export const test = base.extend<ShopFixtures, ShopWorker>({
  session: [
    async ({ playwright, addresses }, use) => {
      const request = await playwright.request.newContext({ baseURL: addresses['web']! })
      await use(await signIn(request, 'journey'))
      await request.dispose()
    },
    { scope: 'worker' },
  ],
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
