import { hashPassword } from '../kit/passwords.ts'
import type { Tokens } from '../kit/tokens.ts'

export type Role = 'agent' | 'admin'

export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly password: string
  /** Secret of the second factor (base32), where it is enabled. */
  readonly totp?: string
  /** Id of the file that is the profile image. */
  readonly image?: string
}

const accessLife = 15 * 60
const refreshLife = 7 * 24 * 60 * 60

export function createAccounts(tokens: Tokens) {
  const users = new Map<string, User>()
  const byEmail = new Map<string, string>()
  const set = (user: User) => {
    users.set(user.id, user)
    byEmail.set(user.email, user.id)
    return user
  }
  return {
    byId: (id: string) => users.get(id),
    byEmail: (email: string) => users.get(byEmail.get(email.toLowerCase()) ?? ''),
    all: () => [...users.values()],
    add: (given: Omit<User, 'id'> & { readonly id?: string }) =>
      set({
        ...given,
        id: given.id ?? `user-${users.size + 1}-${Date.now()}`,
        email: given.email.toLowerCase(),
        password: hashPassword(given.password),
      }),
    change: (user: User, change: Partial<Pick<User, 'name' | 'image'>>) => set({ ...user, ...change }),
    remove(id: string) {
      byEmail.delete(users.get(id)?.email ?? '')
      return users.delete(id)
    },
    isPassword: (user: User, password: string) => user.password === hashPassword(password),
    /** What the outside may know. */
    show: ({ id, email, name, role, totp, image }: User) => ({
      id,
      email,
      name,
      role,
      secondFactor: totp !== undefined,
      image: image ?? null,
    }),
    grant: (user: User) => ({
      accessToken: tokens.sign(user.id, 'access', accessLife),
      refreshToken: tokens.sign(user.id, 'refresh', refreshLife),
    }),
  }
}

export type Accounts = ReturnType<typeof createAccounts>

/** Of everybody, and of everybody's second factor: a reference system keeps no secrets. */
const seedPassword = 'password123'
const seedTotp = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** What a monitor does with the portal: a use has accounts of its own, because limits are per account. */
const uses = [
  ...['approvals', 'booking', 'bulk-booking', 'completion', 'doctors', 'live-updates', 'menu'],
  ...['monitor', 'patients', 'payments', 'phone', 'profile', 'reports', 'session', 'stranger', 'support', 'tasks'],
]
const accountsOfUse = 4
const loadUsers = 1_000

export function seedAccounts(accounts: Accounts): void {
  const add = (use: string, count: number, more: { readonly role?: Role; readonly totp?: string } = {}) => {
    for (let number = 1; number <= count; number++) {
      const name = `${use}-${number}`
      accounts.add({ id: name, name, email: `${name}@example.com`, role: 'agent', password: seedPassword, ...more })
    }
  }
  for (const use of uses) add(use, accountsOfUse)
  add('sign-in', accountsOfUse, { totp: seedTotp })
  add('admin', 1, { role: 'admin' })
  add('load', loadUsers)
}
