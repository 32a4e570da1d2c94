import { randomUUID } from 'node:crypto'
import { hashPassword } from './passwords.ts'

interface NewAccount<Role extends string> {
  readonly email: string
  readonly name: string
  readonly role: Role
  /** As it is typed; only its hash is kept. */
  readonly password: string
}

/** Whoever can sign in. `More`: what a system knows beside this. */
export type Account<Role extends string, More extends object = object> = NewAccount<Role> &
  More & {
    readonly id: string
    /** ISO 8601. */
    readonly createdAt: string
  }

/** The accounts of a system; an address is the same in capitals. */
export function createAccounts<Role extends string, More extends object = object>(now: () => number) {
  type One = Account<Role, More>
  const accounts = new Map<string, One>()
  const idOfEmail = new Map<string, string>()
  const byEmail = (email: string) => accounts.get(idOfEmail.get(email.toLowerCase()) ?? '')
  const isPassword = (account: { readonly password: string }, password: string) =>
    account.password === hashPassword(password)
  const set = (account: One): One => {
    accounts.set(account.id, account)
    idOfEmail.set(account.email, account.id)
    return account
  }
  return {
    add: (given: NewAccount<Role> & More, id: string = randomUUID()): One =>
      set({
        ...given,
        id,
        email: given.email.toLowerCase(),
        password: hashPassword(given.password),
        createdAt: new Date(now()).toISOString(),
      }),
    byId: (id: string | undefined) => accounts.get(id ?? ''),
    byEmail,
    all: (): readonly One[] => [...accounts.values()],
    isPassword,
    /** Whoever has this address and this password. */
    withPassword(email: unknown, password: unknown): One | undefined {
      const account = byEmail(String(email))
      return account && isPassword(account, String(password)) ? account : undefined
    },
    setPassword: (account: One, password: string) => set({ ...account, password: hashPassword(password) }),
    /** Changes what is no part of the sign-in, of the account as it is by now. */
    change: (account: One, change: Partial<Omit<One, 'id' | 'email' | 'password'>>) =>
      set({ ...(accounts.get(account.id) ?? account), ...change }),
    remove(id: string): boolean {
      const account = accounts.get(id)
      if (account) idOfEmail.delete(account.email)
      return accounts.delete(id)
    },
    get size() {
      return accounts.size
    },
  }
}

export type Accounts<Role extends string, More extends object = object> = ReturnType<typeof createAccounts<Role, More>>

/** Accounts that are there from the start: so many of each use, because limits are per account. */
export interface Seed<Role extends string, More extends object = object> {
  /** What a monitor does with the system. `monitor`: `monitor-1@example.com` with the id and the name `monitor-1`, and so on. */
  readonly uses: readonly string[]
  readonly count: number
  readonly as: { readonly role: Role } & More
}

export function seedAccounts<Role extends string, More extends object>(
  accounts: Pick<Accounts<Role, More>, 'add'>,
  seeds: readonly Seed<Role, More>[],
  password: string,
): void {
  for (const { uses, count, as } of seeds) {
    for (const use of uses) {
      for (let number = 1; number <= count; number++) {
        const name = `${use}-${number}`
        accounts.add({ ...as, name, email: `${name}@example.com`, password }, name)
      }
    }
  }
}
