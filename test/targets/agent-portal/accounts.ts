import type { Account, Accounts as AccountsOf, Seed } from '../kit/accounts.ts'

export type Role = 'agent' | 'admin'

interface More {
  /** Secret of the second factor (base32), where it is enabled. */
  readonly totp?: string
  /** Id of the file that is the profile image. */
  readonly image?: string
}

export type User = Account<Role, More>
export type Accounts = AccountsOf<Role, More>

/** What the outside may know. */
export const show = ({ password: _, totp, image, ...user }: User) => ({
  ...user,
  secondFactor: totp !== undefined,
  image: image ?? null,
})

/** Of everybody, and of everybody's second factor: a reference system keeps no secrets. */
export const seedPassword = 'password123'
const totp = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

const agentUses = [
  ...['approvals', 'booking', 'bulk-booking', 'completion', 'doctors', 'live-updates', 'menu'],
  ...['monitor', 'patients', 'payments', 'phone', 'profile', 'reports', 'session', 'stranger', 'support', 'tasks'],
]

export const seeds: readonly Seed<Role, More>[] = [
  { uses: agentUses, count: 4, as: { role: 'agent' } },
  { uses: ['sign-in'], count: 4, as: { role: 'agent', totp } },
  { uses: ['admin'], count: 1, as: { role: 'admin' } },
  { uses: ['janitor'], count: 4, as: { role: 'admin' } },
  { uses: ['load'], count: 1_000, as: { role: 'agent' } },
]
