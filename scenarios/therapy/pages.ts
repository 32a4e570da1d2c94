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
    await open(page, '/sign-in')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  },
  async enrol(name: string, email: string, password: string) {
    await open(page, '/enrol')
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Enrol' }).click()
    await expect(page.getByRole('status')).toContainText('write to you')
  },
  signOut: () => page.getByRole('button', { name: 'Sign out' }).click(),
  /** What only somebody who is signed in has. */
  whoIsIn: page.getByRole('button', { name: 'Sign out' }),
  door: page.getByRole('heading', { name: 'Sign in' }),
})

export const dashboard = (page: Page) => ({
  open: () => open(page, '/dashboard'),
  greeting: page.getByText('Hello'),
  session: (topic: string) => {
    const card = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem').filter({ hasText: topic })
    return {
      card,
      time: card.getByRole('time'),
      join: card.getByRole('link', { name: 'Join' }),
      async moveTo(slot: string) {
        await card.getByLabel('New time').selectOption(slot)
        await card.getByRole('button', { name: 'Move' }).click()
      },
      cancel: () => card.getByRole('button', { name: 'Cancel session' }).click(),
    }
  },
})

export const bookingPage = (page: Page) => ({
  open: () => open(page, '/book'),
  therapists: page.getByLabel('Therapist').getByRole('option'),
  chooseTherapist: (name: string) => page.getByLabel('Therapist').selectOption({ label: name }),
  times: page.getByLabel('Time').getByRole('option'),
  loading: page.getByRole('status'),
  topic: page.getByLabel('What is it about?'),
  async book(therapist: string, slot: string, topic: string) {
    await this.chooseTherapist(therapist)
    await page.getByLabel('Time').selectOption(slot)
    await this.topic.fill(topic)
    await page.getByRole('button', { name: 'Book' }).click()
  },
})

export const creditsPage = (page: Page) => ({
  open: () => open(page, '/credits'),
  async buy(credits: number) {
    await page.getByLabel('How many more?').fill(String(credits))
    await page.getByRole('button', { name: 'Buy credits' }).click()
  },
  pay: () => page.getByRole('button', { name: 'Pay now' }).click(),
  cancelPayment: () => page.getByRole('button', { name: 'Cancel payment' }).click(),
  outcome: page.getByRole('status'),
  payments: page.getByRole('table', { name: 'Payments' }).locator('tbody').getByRole('row'),
  invoices: page.getByRole('table', { name: 'Invoices' }).locator('tbody').getByRole('row'),
})

export const roomPage = (page: Page) => ({
  open: (session: string) => open(page, `/sessions/${session}/room`),
  joinButton: page.getByRole('button', { name: 'Join call' }),
  state: page.getByRole('status'),
  async join() {
    await this.joinButton.click()
    // From here on the camera runs and the room's socket is open.
    await expect(page.getByRole('button', { name: 'Leave call' })).toBeEnabled({ timeout: 5_000 })
  },
  async write(text: string) {
    await page.getByLabel('Say it in writing').fill(text)
    await page.getByRole('button', { name: 'Say' }).click()
  },
  startRecording: () => page.getByRole('button', { name: 'Start recording' }).click(),
  stopRecording: () => page.getByRole('button', { name: 'Stop recording' }).click(),
})

/** A session afterwards. */
export const sessionPage = (page: Page) => ({
  open: (session: string) => open(page, `/sessions/${session}`),
  recording: page.getByLabel('Recording'),
  transcript: page.getByRole('list', { name: 'Transcript' }),
  part: (name: string) => page.getByLabel(name),
})

export const notePage = (page: Page) => ({
  open: (session: string) => open(page, `/sessions/${session}/note`),
  part: (name: string) => page.getByLabel(name),
  save: () => page.getByRole('button', { name: 'Save note' }).click(),
})

export const profilePage = (page: Page) => ({
  open: () => open(page, '/profile'),
  dateOfBirth: page.getByLabel('Date of birth'),
  save: () => page.getByRole('button', { name: 'Save profile' }).click(),
})

export const partnerPage = (page: Page) => ({
  open: () => open(page, '/partner'),
  async upload(name: string, text: string) {
    const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) }
    await page.getByLabel('Members (CSV').setInputFiles(file)
    await page.getByRole('button', { name: 'Upload' }).click()
  },
  outcome: page.getByRole('status'),
  refused: page.getByRole('list', { name: 'Refused rows' }).getByRole('listitem'),
  members: page.getByRole('table', { name: 'Members' }),
})

export const adminPage = (page: Page) => ({
  open: () => open(page, '/admin'),
  rows: (list: 'Members' | 'Therapists' | 'Sessions' | 'Payments') =>
    page.getByRole('table', { name: list }).locator('tbody').getByRole('row'),
  approve: (name: string) => page.getByRole('button', { name: `Approve ${name}` }).click(),
})
