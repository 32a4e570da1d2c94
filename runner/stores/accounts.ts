/** People, tokens and sessions in a small database of their own: no backup of the history carries them, and all environments share them. */

import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import {
  type Accounts,
  type Care,
  longestPause,
  longestSession,
  type MachineToken,
  nameKey,
  type Person,
  type Right,
  type Role,
  type Session,
} from '../core/accounts.ts'
import { openForWriting } from './schema.ts'
import { storeError } from './store-error.ts'

/** One script a version, the first makes the tables. Only ever add to the end. */
const upgrades: readonly string[] = [
  `
  -- key: the name without its case. Times: epoch ms.
  CREATE TABLE person (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, password TEXT NOT NULL, stamp TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE token (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    expires INTEGER, used INTEGER
  ) STRICT, WITHOUT ROWID;
  -- person: null for whoever has the token of the configuration.
  CREATE TABLE session (
    hash TEXT PRIMARY KEY, person TEXT, stamp TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE person ADD COLUMN signed_in INTEGER;
  UPDATE person SET signed_in = (SELECT max(created) FROM session WHERE session.stamp = person.stamp);
  -- Who made it; null: the command line.
  ALTER TABLE token ADD COLUMN maker TEXT;
  `,
]

/** Somebody else is admin as well, or this is none. */
const notLastAdmin = `(role <> 'admin' OR EXISTS (SELECT 1 FROM person AS other WHERE other.role = 'admin' AND other.key <> person.key))`
const spared = ({ lastAdminStays = false }: Care = {}) => (lastAdminStays ? ` AND ${notLastAdmin}` : '')

export interface AccountsOptions {
  /** A file, made with mode 0600 when it is missing, or `:memory:`. Opened at the first question. */
  readonly path: string
  /** How long to wait for another process's lock, ms. Default 5 s. */
  readonly patience?: number
}

export function createAccounts({ path, patience = 5_000 }: AccountsOptions): Accounts {
  let database: DatabaseSync | undefined
  const ask = async <Value>(work: (database: DatabaseSync) => Value): Promise<Value> => {
    try {
      database ??= open(path, patience)
      return work(database)
    } catch (error) {
      throw storeError(error, path)
    }
  }
  const changes = (sql: string, ...values: readonly (string | number | null)[]) =>
    ask(open => Number(open.prepare(sql).run(...values).changes) > 0)
  const rows = <Row>(sql: string, ...values: readonly string[]) =>
    ask(open => open.prepare(sql).all(...values) as unknown as readonly Row[])

  const accounts: Accounts = {
    people: async () => (await rows<PersonRow>('SELECT * FROM person ORDER BY key')).map(personOf),
    async person(name) {
      const [row] = await rows<PersonRow>('SELECT * FROM person WHERE key = ?', nameKey(name))
      return row && personOf(row)
    },
    addPerson: ({ name, role, password, createdAt }) =>
      changes(
        'INSERT OR IGNORE INTO person (key, name, role, password, stamp, created) VALUES (?, ?, ?, ?, ?, ?)',
        nameKey(name),
        name,
        role,
        password,
        randomUUID(),
        createdAt,
      ),
    changePerson: (name, { role = null, password = null }, care) =>
      changes(
        `UPDATE person SET role = coalesce(?, role), password = coalesce(?, password), stamp = ? WHERE key = ?${spared(care)}`,
        role,
        password,
        randomUUID(),
        nameKey(name),
      ),
    removePerson: (name, care) => changes(`DELETE FROM person WHERE key = ?${spared(care)}`, nameKey(name)),
    tokens: async () => (await rows<TokenRow>('SELECT * FROM token ORDER BY key')).map(tokenOf),
    async token(hash) {
      const [row] = await rows<TokenRow>('SELECT * FROM token WHERE hash = ?', hash)
      return row && tokenOf(row)
    },
    addToken: ({ name, scopes, createdAt, createdBy = null, expiresAt = null }, hash) =>
      changes(
        'INSERT OR IGNORE INTO token (key, name, scopes, hash, created, expires, maker) VALUES (?, ?, ?, ?, ?, ?, ?)',
        nameKey(name),
        name,
        scopes.join(' '),
        hash,
        createdAt,
        expiresAt,
        createdBy,
      ),
    removeToken: name => changes('DELETE FROM token WHERE key = ?', nameKey(name)),
    async tokenUsed(name, at) {
      await changes('UPDATE token SET used = ? WHERE key = ?', at, nameKey(name))
    },
    async session(hash) {
      const [row] = await rows<SessionRow>('SELECT * FROM session WHERE hash = ?', hash)
      if (row === undefined) return undefined
      const person = row.person === null ? undefined : await accounts.person(row.person)
      return { session: sessionOf(row), ...(person === undefined ? {} : { person }) }
    },
    sessions: async () => (await rows<SessionRow>('SELECT * FROM session')).map(sessionOf),
    async addSession({ person = null, stamp, createdAt, seenAt }, hash) {
      await changes(
        'DELETE FROM session WHERE created <= ? OR seen <= ?',
        createdAt - longestSession,
        createdAt - longestPause,
      )
      await changes('INSERT INTO session VALUES (?, ?, ?, ?, ?)', hash, person, stamp, createdAt, seenAt)
      await changes('UPDATE person SET signed_in = ? WHERE stamp = ?', createdAt, stamp)
    },
    async sessionSeen(hash, at) {
      await changes('UPDATE session SET seen = ? WHERE hash = ?', at, hash)
    },
    async endSession(hash) {
      await changes('DELETE FROM session WHERE hash = ?', hash)
    },
    [Symbol.dispose]: () => database?.close(),
  }
  return accounts
}

function open(path: string, patience: number): DatabaseSync {
  // SQLite would make it as readable as everything else.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  return openForWriting({ path, patience, upgrades })
}

interface PersonRow {
  readonly name: string
  readonly role: Role
  readonly password: string
  readonly stamp: string
  readonly created: number
  readonly signed_in: number | null
}

const personOf = ({ name, role, password, stamp, created, signed_in: signedIn }: PersonRow): Person => ({
  name,
  role,
  password,
  stamp,
  createdAt: created,
  ...(signedIn === null ? {} : { signedInAt: signedIn }),
})

interface TokenRow {
  readonly name: string
  readonly scopes: string
  readonly created: number
  readonly expires: number | null
  readonly used: number | null
  readonly maker: string | null
}

const tokenOf = ({ name, scopes, created, expires, used, maker }: TokenRow): MachineToken => ({
  name,
  scopes: scopes.split(' ') as Right[],
  createdAt: created,
  ...(maker === null ? {} : { createdBy: maker }),
  ...(expires === null ? {} : { expiresAt: expires }),
  ...(used === null ? {} : { lastUsedAt: used }),
})

interface SessionRow {
  readonly person: string | null
  readonly stamp: string
  readonly created: number
  readonly seen: number
}

const sessionOf = ({ person, stamp, created, seen }: SessionRow): Session => ({
  stamp,
  createdAt: created,
  seenAt: seen,
  ...(person === null ? {} : { person }),
})
