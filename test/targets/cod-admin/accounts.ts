import { randomUUID } from 'node:crypto'
import { type Account, type Accounts as AccountsOf, seedAccounts } from '../kit/accounts.ts'
import data from './seed.json' with { type: 'json' }

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

interface Origin {
  /** Came by the registration page, not by the seed. */
  readonly registered: boolean
}

export type User = Account<Role, Origin>
export type Accounts = AccountsOf<Role, Origin>

/** What the outside may know. */
export const show = ({ id, email, name, role, createdAt }: User) => ({ id, email, name, role, createdAt })

/** Of everybody but the administrator. */
const seedPassword = 'password123'

/** `hasDefaults`: as after a first installation, with the account of the examples and the administrator's first password. */
export function seedUsers(accounts: Accounts, hasDefaults: boolean): void {
  const add = (name: string, role: Role, password: string) =>
    accounts.add({ email: `${name}@example.com`, name, role, password, registered: false }, name)
  add('admin', 'owner', hasDefaults ? seedPassword : randomUUID())
  const seed = (uses: readonly string[], count: number, role: Role) => ({
    uses,
    count,
    as: { role, registered: false },
  })
  const ofRoles = roles.map(role => seed([role], 4, role))
  seedAccounts(accounts, [...ofRoles, seed(data.uses, 4, 'admin'), seed(['load'], 100, 'support')], seedPassword)
  if (hasDefaults) add('test', 'viewer', seedPassword)
}
