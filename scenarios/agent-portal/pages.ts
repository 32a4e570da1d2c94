import type { Page } from 'playwright/test'
import { open } from '../support/pages.ts'
import { expect } from '../support/test.ts'

/** What all pages of the portal have. */
const common = (page: Page) => ({
  heading: page.getByRole('heading', { level: 1 }),
  error: page.getByRole('alert'),
  notice: page.locator('[data-notice]'),
})

/** A table of a page, and the rows below its head. */
export const tableOf = (page: Page, name: string) => {
  const rows = page.getByRole('table', { name, exact: true }).locator('tbody').getByRole('row')
  return {
    rows,
    row: (text: string) => rows.filter({ hasText: text }),
    press: (text: string, button: string) =>
      rows.filter({ hasText: text }).getByRole('button', { name: button }).click(),
  }
}

/** The addresses of all pages of the menu, in its order; the page must have one. */
export async function menuPaths(page: Page): Promise<readonly string[]> {
  const links = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').all()
  const paths = await Promise.all(links.map(link => link.getAttribute('href')))
  expect(paths.length, 'pages of the menu').toBeGreaterThan(10)
  return paths.map(path => path!)
}

export const accountPages = (page: Page) => ({
  ...common(page),
  async signIn(email: string, password: string) {
    await open(page, '/auth/login')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  },
  async giveCode(code: string) {
    await page.getByLabel('Code').fill(code)
    await page.getByRole('button', { name: 'Confirm' }).click()
  },
  async register(name: string, email: string, password: string) {
    await open(page, '/auth/register')
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Register' }).click()
  },
})

export const doctorsPage = (page: Page) => ({
  ...tableOf(page, 'Doctors'),
  open: () => open(page, '/doctor-search'),
  async search(text: string) {
    await page.getByLabel('Search').fill(text)
    await page.getByRole('button', { name: 'Show' }).click()
  },
  async filter(specialty: string) {
    await page.getByLabel('Specialty').selectOption(specialty)
    await page.getByRole('button', { name: 'Show' }).click()
  },
})

export const bookingPage = (page: Page) => ({
  ...common(page),
  open: (doctorId: string, date: string) => open(page, `/appointment-booking/${doctorId}?date=${date}`),
  slots: page.getByRole('list', { name: 'Free times' }).getByRole('button'),
  slot: (startsAt: string) =>
    page.getByRole('list', { name: 'Free times' }).getByRole('button', { name: startsAt.slice(11, 16) }),
  async givePatient(patient: { name: string; email: string; phone: string }) {
    await page.getByLabel('Name').fill(patient.name)
    await page.getByLabel('E-mail').fill(patient.email)
    await page.getByLabel('Phone').fill(patient.phone)
    await page.getByRole('button', { name: 'Continue' }).click()
  },
  confirm: () => page.getByRole('button', { name: 'Confirm booking' }).click(),
  done: page.locator('[data-done]'),
})

export const appointmentsPage = (page: Page) => ({
  ...tableOf(page, 'Appointments'),
  open: (search: string) => open(page, `/appointments?search=${search}`),
  /** Opens the list and waits until its socket has greeted: from then on the page hears of every change. */
  async openLive(search: string) {
    const greeted = new Promise<void>(resolve => {
      page.once('websocket', socket => socket.once('framereceived', () => resolve()))
    })
    await open(page, `/appointments?search=${search}`)
    await greeted
  },
})

export const bulkPage = (page: Page) => ({
  ...common(page),
  async book(doctorId: string, date: string, patients: readonly { name: string; email: string }[]) {
    await open(page, '/bulk-booking')
    await page.getByLabel('Doctor').selectOption(doctorId)
    await page.getByLabel('Date').fill(date)
    await page.getByLabel('Patients').fill(patients.map(({ name, email }) => `${name}, ${email}`).join('\n'))
    await page.getByRole('button', { name: 'Book all' }).click()
  },
})

export const followUpPage = (page: Page) => ({
  ...common(page),
  async schedule(appointmentId: string, date: string) {
    await open(page, '/follow-up-scheduling')
    await page.getByLabel('Past appointment').selectOption(appointmentId)
    await page.getByLabel('Date').fill(date)
    await page.getByRole('button', { name: 'Schedule follow-up' }).click()
  },
})

export const paymentsPage = (page: Page) => ({
  ...common(page),
  ...tableOf(page, 'Payments'),
  async pay(customer: string, amount: number) {
    await open(page, '/payments')
    await page.getByLabel('Customer').fill(customer)
    await page.getByLabel('Amount').fill(String(amount))
    await page.getByLabel('Method').selectOption('card')
    await page.getByRole('button', { name: 'Pay' }).click()
  },
})

export const reportsPage = (page: Page) => ({
  ...common(page),
  reports: tableOf(page, 'Reports'),
  schedules: tableOf(page, 'Scheduled reports'),
  open: () => open(page, '/reports'),
  async generate(title: string, format: 'pdf' | 'xlsx') {
    await page.getByLabel('Title', { exact: true }).fill(title)
    await page.getByLabel('Format').first().selectOption(format)
    await page.getByRole('button', { name: 'Generate' }).click()
  },
  async schedule(title: string, every: string) {
    await page.getByLabel('Title of the schedule').fill(title)
    await page.getByLabel('Every').selectOption(every)
    await page.getByRole('button', { name: 'Schedule' }).click()
  },
  /** The bytes of the file that the browser is given. */
  async download(title: string): Promise<Buffer> {
    const [download] = await Promise.all([page.waitForEvent('download'), this.reports.press(title, 'Download')])
    const parts: Buffer[] = []
    for await (const part of await download.createReadStream()) parts.push(part as Buffer)
    return Buffer.concat(parts)
  },
})

export const tasksPage = (page: Page) => ({
  ...common(page),
  ...tableOf(page, 'Tasks'),
  open: () => open(page, '/tasks'),
  async save(title: string, priority: string) {
    await page.getByLabel('Title').fill(title)
    await page.getByLabel('Priority').selectOption(priority)
    await page.getByRole('button', { name: 'Save task' }).click()
  },
  async filter(search: string, status: string) {
    await page.getByLabel('Search').fill(search)
    await page.getByLabel('Status').selectOption(status)
    await page.getByRole('button', { name: 'Show' }).click()
  },
  title: page.getByLabel('Title'),
})

export const ticketsPage = (page: Page) => ({
  ...common(page),
  ...tableOf(page, 'Support tickets'),
  open: () => open(page, '/support-tickets'),
  async openTicket(subject: string, message: string) {
    await page.getByLabel('Subject').fill(subject)
    await page.getByLabel('Message').fill(message)
    await page.getByRole('button', { name: 'Open ticket' }).click()
  },
  subject: page.getByLabel('Subject'),
  message: page.getByLabel('Message'),
})

export const settingsPage = (page: Page) => ({
  open: () => open(page, '/settings'),
  upload: (file: { name: string; mimeType: string; buffer: Buffer }) =>
    page.getByLabel('Image (PNG)').setInputFiles(file),
  image: page.getByRole('img', { name: 'Your profile image' }),
  remove: () => page.getByRole('button', { name: 'Remove image' }).click(),
})
