import { randomUUID } from 'node:crypto'
import { hashPassword } from '../kit/passwords.ts'
import { clinics, type Patient } from './practice.ts'

/** Administrators manage users; dentists write records; patients see the portal alone. */
export const staff = ['admin', 'dentista', 'recepcao'] as const
export const everybody = [...staff, 'paciente'] as const
export type Role = (typeof everybody)[number]

export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly clinic: string
  /** Of whom this is the account, for patients. */
  readonly patient?: string
  readonly password: string
  readonly createdAt: string
}

type NewUser = Omit<User, 'id' | 'createdAt'>

export function createAccounts(now: () => number) {
  const users = new Map<string, User>()
  return {
    byId: (id: string) => users.get(id),
    byEmail: (email: string) => [...users.values()].find(user => user.email === email.toLowerCase()),
    staffOf: (clinic: string) => [...users.values()].filter(user => user.clinic === clinic && user.role !== 'paciente'),
    ofPatient: ({ id }: Patient) => [...users.values()].find(({ patient }) => patient === id),
    add(given: NewUser, id: string = randomUUID()): User {
      const user = {
        ...given,
        id,
        email: given.email.toLowerCase(),
        password: hashPassword(given.password),
        createdAt: new Date(now()).toISOString(),
      }
      users.set(id, user)
      return user
    },
    remove: (user: User) => users.delete(user.id),
    isPassword: (user: User, password: string) => user.password === hashPassword(password),
    get size() {
      return users.size
    },
  }
}

export type Accounts = ReturnType<typeof createAccounts>

/** What the outside may know. */
export const showUser = ({ password: _, ...shown }: User) => shown

/** Everybody's password. */
const seedPassword = 'senha-de-teste-123'

/** What a monitor does with the clinics: a use has an account of its own in each clinic, because limits are per account. */
const uses = [
  'accessibility',
  'booking',
  'clinical-record',
  'dashboard',
  'janitor',
  'limits',
  'markup',
  'monitor',
  'patient-portal',
  'portuguese',
  'reports',
  'users',
]

export function seedAccounts(accounts: Accounts): void {
  for (const { id: clinic } of clinics) {
    for (const [index, use] of uses.entries()) {
      const email = `${use}@${clinic}.example.com`
      accounts.add(
        { email, name: `Equipe ${index + 1}`, role: 'admin', clinic, password: seedPassword },
        `${use}@${clinic}`,
      )
    }
    const helena = { email: `helena@${clinic}.example.com`, name: 'Dra. Helena', role: 'dentista', clinic } as const
    accounts.add({ ...helena, password: seedPassword }, `helena@${clinic}`)
  }
}
