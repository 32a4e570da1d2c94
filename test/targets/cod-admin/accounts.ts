import { createHash, randomUUID } from 'node:crypto'
import type { Claims, Tokens } from '../kit/tokens.ts'

/** The document says seven roles and does not name them. */
const roles = ['owner', 'admin', 'manager', 'agent', 'support', 'warehouse', 'viewer'] as const
type Role = (typeof roles)[number]

export type Permission = 'orders:read' | 'orders:write' | 'users:write' | 'workflows:write' | 'uploads:write'

const permissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: ['orders:read', 'orders:write', 'users:write', 'workflows:write', 'uploads:write'],
  admin: ['orders:read', 'orders:write', 'users:write', 'workflows:write', 'uploads:write'],
  manager: ['orders:read', 'orders:write', 'workflows:write', 'uploads:write'],
  agent: ['orders:read', 'orders:write'],
  support: ['orders:read', 'orders:write'],
  warehouse: ['orders:read', 'uploads:write'],
  viewer: ['orders:read'],
}

export const may = (user: User, permission: Permission) => permissions[user.role].includes(permission)

export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly password: string
  /** Came by the registration page, not by the seed. */
  readonly registered: boolean
}

const accessLife = 15 * 60
const refreshLife = 7 * 24 * 60 * 60
export const resetLife = 60 * 60

// A real shop takes bcrypt; a reference that a hundred users sign in to at once does not.
const hash = (password: string) => createHash('sha256').update(password).digest('base64')

export function createAccounts(tokens: Tokens) {
  const users = new Map<string, User>()
  const byEmail = (email: string) => [...users.values()].find(user => user.email === email.toLowerCase())
  const add = (given: Pick<User, 'email' | 'name' | 'role' | 'password' | 'registered'>, id: string = randomUUID()) => {
    const user = { ...given, id, email: given.email.toLowerCase(), password: hash(given.password) }
    users.set(id, user)
    return user
  }
  return {
    byEmail,
    byId: (id: string) => users.get(id),
    add,
    remove: (id: string) => users.delete(id),
    isPassword: (user: User, password: string) => user.password === hash(password),
    setPassword: (user: User, password: string) => void users.set(user.id, { ...user, password: hash(password) }),
    /** What the outside may know. */
    show: ({ id, email, name, role }: User) => ({ id, email, name, role }),
    grant: (user: User) => ({
      accessToken: tokens.sign(user.id, 'access', accessLife),
      refreshToken: tokens.sign(user.id, 'refresh', refreshLife),
    }),
    ofClaims: (claims: Claims) => users.get(claims.sub),
    get size() {
      return users.size
    },
  }
}

export type Accounts = ReturnType<typeof createAccounts>

/** Everybody's password. */
const seedPassword = 'password123'

/** What a monitor does with the shop, and each load user: a use has accounts of its own, because limits are per account. */
const uses = ['checkout', 'live-updates', 'order-states', 'orders-list', 'workflows', 'monitor', 'limits', 'janitor']
const accountsOfUse = 4
const loadUsers = 100

const numbered = (use: string, count: number, role: Role) =>
  Array.from({ length: count }, (_, index) => [`${use}-${index + 1}@example.com`, role] as const)

const seedEmails: readonly (readonly [email: string, role: Role])[] = [
  ['admin@example.com', 'owner'],
  ...roles.flatMap(role => numbered(role, 1, role)),
  ...uses.flatMap(use => numbered(use, accountsOfUse, 'admin')),
  ...numbered('load', loadUsers, 'support'),
]

export function seedAccounts(accounts: Accounts): void {
  for (const [email, role] of seedEmails) {
    const name = email.slice(0, email.indexOf('@'))
    accounts.add({ email, name, role, password: seedPassword, registered: false }, name)
  }
}
