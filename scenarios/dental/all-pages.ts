import type { Page } from 'playwright/test'
import { type Clinic, localDay, type Session } from './clinic.ts'

type Visitor = 'nobody' | 'staff' | 'patient'

/** Every kind of page, by who sees it. */
const pages: Readonly<Record<Visitor, readonly string[]>> = {
  nobody: [
    '/',
    '/portal/entrar',
    '/agendar',
    '/agendar?clinica=centro',
    `/agendar?clinica=centro&servico=limpeza&dia=${localDay(30)}`,
    `/agendar?clinica=centro&servico=limpeza&horario=${localDay(30)}T08:00`,
  ],
  staff: ['/painel', '/pacientes', '/usuarios', '/relatorios'],
  patient: ['/portal'],
}

export interface Visit {
  readonly page: Page
  readonly clinic: Clinic
  readonly enter: (page: Page, as?: Session) => Promise<void>
  /** Signs the patient in. */
  readonly signIn: (email: string, password: string) => Promise<Session>
}

/** Opens each page as the one that it is for, and looks at it. The record is that of a patient made for this. */
export async function visitAll(
  { page, clinic, enter, signIn }: Visit,
  look: (path: string) => Promise<void>,
): Promise<void> {
  const account = { email: `${clinic.mark}@example.com`, password: `senha-${clinic.mark}` }
  const { id } = await clinic.createPatient('', account)
  const visit = async (paths: readonly string[]) => {
    for (const path of paths) {
      await page.goto(path)
      await look(path)
    }
  }
  await visit(pages.nobody)
  await enter(page)
  await visit([...pages.staff, `/pacientes/${id}`])
  await enter(page, await signIn(account.email, account.password))
  await visit(pages.patient)
}
