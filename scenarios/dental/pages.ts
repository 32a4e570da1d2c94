import type { Page } from 'playwright/test'
import { open } from '../support/pages.ts'

export const signInPage = (page: Page) => ({
  async signIn(email: string, password: string) {
    await open(page, '/')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Senha').fill(password)
    await page.getByRole('button', { name: 'Entrar' }).click()
  },
})

export const dashboardPage = (page: Page) => ({
  heading: page.getByRole('heading', { level: 1, name: 'Painel' }),
  loading: page.getByText('Carregando'),
  /** The appointments of today, below the head. */
  rows: page.getByRole('table', { name: 'Consultas de hoje' }).locator('tbody').getByRole('row'),
})

export const portalPage = (page: Page) => ({
  open: () => open(page, '/portal'),
  next: page.getByRole('region', { name: 'Próxima consulta' }),
})

export const bookingPages = (page: Page) => ({
  open: () => open(page, '/agendar'),
  async choose(name: string) {
    await page.getByRole('radio', { name }).check()
    await page.getByRole('button', { name: 'Continuar' }).click()
  },
  async chooseDay(day: string) {
    await page.getByLabel('Dia').fill(day)
    await page.getByRole('button', { name: 'Ver horários' }).click()
  },
  times: page.getByRole('group', { name: 'Horário' }),
  async confirm(name: string, phone: string) {
    await page.getByLabel('Nome').fill(name)
    await page.getByLabel('Telefone').fill(phone)
    await page.getByRole('button', { name: 'Confirmar' }).click()
  },
  confirmed: page.getByRole('heading', { level: 1, name: 'Consulta confirmada' }),
  summary: page.getByRole('status'),
})

export const recordPage = (page: Page) => ({
  open: (patient: string) => open(page, `/pacientes/${patient}`),
  openList: (search: string) => open(page, `/pacientes?busca=${search}`),
  name: page.getByRole('heading', { level: 2 }),
  entries: page.getByRole('list', { name: 'Anotações' }).getByRole('listitem'),
  async write(text: string) {
    await page.getByLabel('Nova anotação').fill(text)
    await page.getByRole('button', { name: 'Salvar' }).click()
  },
})

export const usersPage = (page: Page) => ({
  open: () => open(page, '/usuarios'),
  rowOf: (text: string) => page.getByRole('row').filter({ hasText: text }),
  async add(user: { name: string; email: string; password: string; role: string }) {
    await page.getByLabel('Nome').fill(user.name)
    await page.getByLabel('E-mail').fill(user.email)
    await page.getByLabel('Senha').fill(user.password)
    await page.getByRole('radio', { name: user.role }).check()
    await page.getByRole('button', { name: 'Criar usuário' }).click()
  },
  remove: (name: string) => page.getByRole('button', { name: `Remover ${name}` }).click(),
})

export const reportsPage = (page: Page) => ({
  open: () => open(page, '/relatorios'),
  figure: (name: string) => page.getByLabel(name, { exact: true }),
  bars: page.getByRole('img', { name: 'Gráfico de consultas por semana' }).locator('rect'),
  weeks: page.getByRole('table', { name: 'Consultas por semana' }).locator('tbody').getByRole('row'),
})
