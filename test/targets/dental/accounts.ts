import type { Account, Accounts as AllAccounts } from '../kit/accounts.ts'
import seeds from './seeds.json' with { type: 'json' }

/** Administrators manage users; dentists write records; patients see the portal alone. */
export const staff = ['admin', 'dentista', 'recepcao'] as const
export const everybody = [...staff, 'paciente'] as const
export type Role = (typeof everybody)[number]

interface Membership {
  readonly clinic: string
  /** Of whom this is the account, for patients. */
  readonly patient?: string
}

export type User = Account<Role, Membership>
export type Accounts = AllAccounts<Role, Membership>

export const staffOf = (accounts: Accounts, clinic: string): readonly User[] =>
  accounts.all().filter(user => user.clinic === clinic && user.role !== 'paciente')

/** What the outside may know. */
export const showUser = ({ password: _, ...shown }: User) => shown

/** Everybody's password. */
const password = 'senha-de-teste-123'

/** A dentist in each clinic, and an account of its own for each use of a monitor, because limits are per account. */
export function seedAccounts(accounts: Accounts): void {
  for (const { id: clinic } of seeds.clinics) {
    const add = (id: string, name: string, role: Role) =>
      accounts.add({ email: `${id}@${clinic}.example.com`, name, role, clinic, password }, `${id}@${clinic}`)
    for (const [index, use] of seeds.uses.entries()) add(use, `Equipe ${index + 1}`, 'admin')
    add('helena', 'Dra. Helena', 'dentista')
  }
}
