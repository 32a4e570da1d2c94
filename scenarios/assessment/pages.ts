import type { Page } from 'playwright/test'
import { open } from '../support/pages.ts'
import { expect } from '../support/test.ts'

export const accountPages = (page: Page) => ({
  async signIn(email: string, password: string) {
    await open(page, '/')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  },
  signOut: () => page.getByRole('button', { name: 'Sign out' }).click(),
  error: page.getByRole('alert'),
})

export const assessmentsPage = (page: Page) => ({
  open: () => open(page, '/assessments'),
  items: page.getByRole('list', { name: 'Assessments' }).getByRole('listitem'),
})

export const assessmentPage = (page: Page) => ({
  async open(id: string) {
    await open(page, `/assessments/${id}`)
    await expect(page.getByRole('heading', { name: /^Tier \d/ })).toBeVisible()
  },
  question: (text: string | RegExp) => page.getByRole('combobox', { name: text }),
  questions: page.getByRole('group', { name: 'Questions' }).getByRole('combobox'),
  async answer(values: readonly string[]) {
    for (const [index, value] of values.entries()) await this.questions.nth(index).selectOption(value)
    await page.getByRole('button', { name: 'Save answers' }).click()
  },
  tier: page.getByRole('heading', { name: /^Tier \d/ }),
  score: page.getByLabel('Score'),
  level: page.getByLabel('Level'),
  notice: page.getByRole('status'),
})

export const requestPage = (page: Page) => ({
  openNew: () => open(page, '/requests'),
  async request(description: string) {
    await page.getByLabel('What do you need?').fill(description)
    await page.getByRole('button', { name: 'Request service' }).click()
    await page.waitForURL(/\/requests\/[^/]+$/)
  },
  async open(id: string) {
    await open(page, `/requests/${id}`)
    await expect(this.state).toBeVisible()
  },
  state: page.getByLabel('State'),
  notice: page.getByRole('status'),
})

/** The form of the platform, then the page of the payment provider in its test mode, and back. */
export const paymentForm = (page: Page) => ({
  async fill(name: string, email: string) {
    await page.getByLabel('Name on the invoice').fill(name)
    await page.getByLabel('E-mail for the receipt').fill(email)
  },
  button: page.getByRole('button', { name: 'Pay now' }),
  async payAtProvider() {
    await page.waitForURL(/\/checkout\//)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.waitForURL(/[?&]reference=/)
  },
})
