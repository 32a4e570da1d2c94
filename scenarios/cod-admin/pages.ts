import type { Page } from 'playwright/test'
import { open } from '../support/pages.ts'
import { expect } from '../support/test.ts'

export const accountPages = (page: Page) => ({
  async register(name: string, email: string, password: string) {
    await open(page, '/register')
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Register' }).click()
  },
  async signIn(email: string, password: string) {
    await open(page, '/')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  },
  async askForReset(email: string) {
    await open(page, '/forgot-password')
    await page.getByLabel('E-mail').fill(email)
    await page.getByRole('button', { name: 'Send link' }).click()
    await expect(page.getByRole('status')).toContainText('on its way')
  },
  async choosePassword(link: string, password: string) {
    await open(page, link)
    await page.getByLabel('New password').fill(password)
    await page.getByRole('button', { name: 'Save password' }).click()
    await expect(page.getByRole('status')).toContainText('is changed')
  },
  signOut: () => page.getByRole('button', { name: 'Sign out' }).click(),
  error: page.getByRole('alert'),
})

export const ordersPage = (page: Page) => ({
  open: (query = '') => open(page, `/orders${query}`),
  async search(text: string) {
    await page.getByLabel('Search').fill(text)
    await page.getByRole('button', { name: 'Show' }).click()
  },
  async filter(state: string) {
    await page.getByLabel('Status').selectOption(state)
    await page.getByRole('button', { name: 'Show' }).click()
  },
  nextPage: () => page.getByRole('button', { name: 'Next page' }).click(),
  position: page.getByRole('navigation', { name: 'Pages' }),
  table: page.getByRole('table', { name: 'Orders' }),
  /** The rows below the head. */
  rows: page.getByRole('table', { name: 'Orders' }).locator('tbody').getByRole('row'),
})

export const orderPage = (page: Page) => ({
  open: (id: string) => open(page, `/orders/${id}`),
  /** Opens the order and waits until its socket has greeted: from then on the page hears of every change. */
  async openLive(id: string) {
    const greeted = new Promise<void>(resolve => {
      page.once('websocket', socket => socket.once('framereceived', () => resolve()))
    })
    await open(page, `/orders/${id}`)
    await greeted
  },
  async changeTo(state: string) {
    await page.getByLabel('New status').selectOption(state)
    await page.getByRole('button', { name: 'Change status' }).click()
  },
  state: page.getByLabel('Status', { exact: true }),
  nextStates: page.getByLabel('New status').getByRole('option'),
  async assign(agent: string) {
    await page.getByLabel('Delivery agent').selectOption(agent)
    await page.getByRole('button', { name: 'Assign agent' }).click()
  },
  agent: page.getByLabel('Agent', { exact: true }),
})

export const dashboardPage = (page: Page) => ({
  open: () => open(page, '/dashboard'),
  refresh: () => page.getByRole('button', { name: 'Refresh' }).click(),
  /** Each with its name as label. */
  figures: page.getByRole('definition'),
  orders: page.getByLabel('Orders', { exact: true }),
})

/** What people see when the page itself has a fault. */
export const troublePage = (page: Page) => ({
  heading: page.getByRole('heading', { name: /wrong|error/i }),
  wayBack: page.getByRole('main').getByRole('link'),
})

export const checkoutPage = (page: Page) => ({
  open: (slug: string) => open(page, `/forms/${slug}`),
  async order(order: { customer: string; phone: string; address: string }) {
    await page.getByLabel('Name').fill(order.customer)
    await page.getByLabel('Phone').fill(order.phone)
    await page.getByLabel('Address').fill(order.address)
    await page.getByRole('button', { name: 'Order now' }).click()
  },
  thanks: page.getByRole('status'),
})

export const workflowsPage = (page: Page) => ({
  open: () => open(page, '/workflows'),
  actions: page.getByLabel('Action').getByRole('option'),
  banner: page.getByRole('note'),
})
