import { randomUUID } from 'node:crypto'
import { hashPassword } from '../kit/passwords.ts'

/** The document says RBAC and does not name the roles. */
type Role = 'client' | 'advisor' | 'admin'

export interface Account {
  readonly id: string
  readonly email: string
  /** Of the business. */
  readonly name: string
  readonly role: Role
  readonly password: string
  readonly createdAt: string
}

export function createAccounts(now: () => number) {
  const accounts = new Map<string, Account>()
  const add = (given: Omit<Account, 'id' | 'createdAt'>, id: string = randomUUID()) => {
    const account = {
      ...given,
      id,
      email: given.email.toLowerCase(),
      password: hashPassword(given.password),
      createdAt: new Date(now()).toISOString(),
    }
    accounts.set(id, account)
    return account
  }
  return {
    add,
    all: () => [...accounts.values()],
    byId: (id: string) => accounts.get(id),
    byEmail: (email: string) => [...accounts.values()].find(account => account.email === email.toLowerCase()),
    isPassword: (account: Account, password: string) => account.password === hashPassword(password),
    remove: (id: string) => accounts.delete(id),
  }
}

export type Accounts = ReturnType<typeof createAccounts>

/** What the outside may know. */
export const show = ({ id, email, name, role, createdAt }: Account) => ({
  id,
  email,
  name,
  role,
  created_at: createdAt,
})

/** Everybody's password. */
const seedPassword = 'password123'

/** What a monitor does with the platform, and each load user: a use has accounts of its own, because limits are per account. */
const uses = [
  'assessment',
  'payment',
  'service-request',
  'sign-in',
  'phone',
  'help',
  'monitor',
  'limits',
  'help-limits',
]
const accountsOfUse = 4
const loadUsers = 50

const numbered = (use: string, count: number) => Array.from({ length: count }, (_, index) => `${use}-${index + 1}`)

export function seedAccounts(accounts: Accounts): void {
  const add = (name: string, role: Role) =>
    accounts.add({ email: `${name}@example.com`, name, role, password: seedPassword }, name)
  for (const name of numbered('advisor', 1)) add(name, 'advisor')
  for (const use of ['admin', 'janitor']) for (const name of numbered(use, accountsOfUse)) add(name, 'admin')
  for (const use of uses) for (const name of numbered(use, accountsOfUse)) add(name, 'client')
  for (const name of numbered('load', loadUsers)) add(name, 'client')
}
