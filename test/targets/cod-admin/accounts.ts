import { randomUUID } from 'node:crypto'
import { hashPassword } from '../kit/passwords.ts'
import type { Claims, Tokens } from '../kit/tokens.ts'

/** The document says seven roles and does not name them. */
const roles = ['owner', 'admin', 'manager', 'agent', 'support', 'warehouse', 'viewer'] as const
type Role = (typeof roles)[number]

const all = ['orders:read', 'orders:write', 'users:read', 'users:write', 'workflows:write', 'uploads:write'] as const
export type Permission = (typeof all)[number]

const permissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: all,
  admin: all,
  manager: ['orders:read', 'orders:write', 'users:read', 'workflows:write', 'uploads:write'],
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
  readonly createdAt: string
}

const refreshLife = 7 * 24 * 60 * 60
export const resetLife = 60 * 60

export function createAccounts(tokens: Tokens, accessLife: number) {
  const users = new Map<string, User>()
  return {
    byEmail: (email: string) => [...users.values()].find(user => user.email === email.toLowerCase()),
    byId: (id: string) => users.get(id),
    list: () => [...users.values()],
    add(given: Omit<User, 'id'>, id: string = randomUUID()) {
      const user = { ...given, id, email: given.email.toLowerCase(), password: hashPassword(given.password) }
      users.set(id, user)
      return user
    },
    change(user: User, change: Partial<Pick<User, 'name'>>) {
      const changed = { ...user, ...change }
      users.set(user.id, changed)
      return changed
    },
    remove: (id: string) => users.delete(id),
    isPassword: (user: User, password: string) => user.password === hashPassword(password),
    setPassword: (user: User, password: string) =>
      void users.set(user.id, { ...user, password: hashPassword(password) }),
    /** What the outside may know. */
    show: ({ id, email, name, role, createdAt }: User) => ({ id, email, name, role, createdAt }),
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

/** Of everybody but the administrator. */
const seedPassword = 'password123'

/** What a monitor does with the shop, and each load user: a use has accounts of its own, because limits are per account. */
const uses =
  `checkout live-updates order-states order-agent orders-list workflows workflow-run dashboard console trouble
  resources foreign-page hostile-text token-life phone monitor limits janitor`.split(/\s+/)
const accountsOfUse = 4
const loadUsers = 100

const numbered = (use: string, count: number, role: Role) =>
  Array.from({ length: count }, (_, index) => [`${use}-${index + 1}@example.com`, role] as const)

const seedEmails: readonly (readonly [email: string, role: Role])[] = [
  ['admin@example.com', 'owner'],
  ...roles.flatMap(role => numbered(role, accountsOfUse, role)),
  ...uses.flatMap(use => numbered(use, accountsOfUse, 'admin')),
  ...numbered('load', loadUsers, 'support'),
]

/** `hasDefaults`: as after a first installation, with the account of the examples and the administrator's first password. */
export function seedAccounts(accounts: Accounts, now: number, hasDefaults: boolean): void {
  const examples = hasDefaults ? ([['test@example.com', 'viewer']] as const) : []
  for (const [email, role] of [...seedEmails, ...examples]) {
    const name = email.slice(0, email.indexOf('@'))
    const password = name === 'admin' && !hasDefaults ? randomUUID() : seedPassword
    accounts.add({ email, name, role, password, registered: false, createdAt: new Date(now).toISOString() }, name)
  }
}
