import type { Account as AccountOf, Seed } from '../kit/accounts.ts'

/** The document says RBAC and does not name the roles. */
export type Role = 'client' | 'advisor' | 'admin'

/** Its name is that of the business. */
export type Account = AccountOf<Role>

/** What the outside may know. */
export const show = ({ id, email, name, role, createdAt }: Account) => ({
  id,
  email,
  name,
  role,
  created_at: createdAt,
})

/** Everybody's password. */
export const seedPassword = 'password123'

const clientUses = [
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

export const seeds: readonly Seed<Role>[] = [
  { uses: ['advisor'], count: 1, as: { role: 'advisor' } },
  { uses: ['admin', 'janitor'], count: 4, as: { role: 'admin' } },
  { uses: clientUses, count: 4, as: { role: 'client' } },
  { uses: ['load'], count: 50, as: { role: 'client' } },
]
