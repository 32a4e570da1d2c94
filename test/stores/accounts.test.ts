import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { longestPause, longestSession } from '../../runner/core/accounts.ts'
import { createAccounts } from '../../runner/stores/accounts.ts'
import { tempFolder } from '../support/temp-folder.ts'

const now = Date.UTC(2026, 0, 5, 12)
const amira = { name: 'Amira', role: 'operator', password: '$scrypt$1', createdAt: now } as const
const ci = { name: 'CI', scopes: ['read', 'deploy'], createdAt: now } as const

function folder() {
  const made = tempFolder()
  onTestFinished(() => made[Symbol.dispose]())
  return made.path
}

describe.each<[string, () => string]>([
  ['in memory', () => ':memory:'],
  ['in a file', () => join(folder(), 'accounts.db')],
])('%s', (_where, path) => {
  test('people are kept by their name, whatever its case, and no name is taken twice', async () => {
    using accounts = createAccounts({ path: path() })
    expect(await accounts.people()).toEqual([])
    expect(await accounts.addPerson(amira)).toBe(true)
    expect(await accounts.addPerson({ ...amira, name: 'AMIRA', role: 'admin' })).toBe(false)
    expect(await accounts.addPerson({ ...amira, name: 'Bo' })).toBe(true)
    expect(await accounts.person('amira')).toEqual({ ...amira, stamp: expect.any(String) })
    expect((await accounts.people()).map(({ name }) => name)).toEqual(['Amira', 'Bo'])
    expect([await accounts.removePerson('aMIRA'), await accounts.removePerson('aMIRA')]).toEqual([true, false])
    expect(await accounts.person('Amira')).toBeUndefined()
  })

  test('each change gives a new stamp and leaves the rest as it was', async () => {
    using accounts = createAccounts({ path: path() })
    await accounts.addPerson(amira)
    await accounts.addPerson({ ...amira, name: 'Bo' })
    const stamps = new Set<string>()
    const look = async () => {
      const person = (await accounts.person('Amira'))!
      stamps.add(person.stamp)
      return [person.role, person.password]
    }
    expect(await look()).toEqual(['operator', '$scrypt$1'])
    expect(await accounts.changePerson('AMIRA', { role: 'viewer' })).toBe(true)
    expect(await look()).toEqual(['viewer', '$scrypt$1'])
    await accounts.changePerson('Amira', { password: '$scrypt$2' })
    expect(await look()).toEqual(['viewer', '$scrypt$2'])
    await accounts.changePerson('Amira', { password: '$scrypt$2' })
    await look()
    expect(stamps.size).toBe(4)
    expect(await accounts.person('Bo')).toMatchObject({ role: 'operator', password: '$scrypt$1' })
    expect(await accounts.changePerson('nobody', { role: 'admin' })).toBe(false)
    await accounts.changePerson('Amira', {})
    await look()
    expect(stamps.size).toBe(5)
  })

  test('the only admin is left alone where that is wanted, and nowhere else', async () => {
    using accounts = createAccounts({ path: path() })
    await accounts.addPerson({ ...amira, role: 'admin' })
    await accounts.addPerson({ ...amira, name: 'Bo' })
    const care = { lastAdminStays: true }
    expect(await accounts.removePerson('amira', care)).toBe(false)
    expect(await accounts.changePerson('amira', { role: 'viewer' }, care)).toBe(false)
    expect(await accounts.changePerson('Bo', { role: 'admin' }, care)).toBe(true)
    expect(await accounts.changePerson('amira', { role: 'viewer' }, care)).toBe(true)
    expect(await accounts.removePerson('Bo', care)).toBe(false)
    expect(await accounts.removePerson('Amira', care)).toBe(true)
    expect(await accounts.removePerson('Bo')).toBe(true)
  })

  test('the last sign-in is known once the session has ended, whatever has changed since', async () => {
    using accounts = createAccounts({ path: path() })
    await accounts.addPerson(amira)
    const { stamp } = (await accounts.person('Amira'))!
    for (const createdAt of [now, now + 9])
      await accounts.addSession({ person: 'Amira', stamp, createdAt, seenAt: createdAt }, `at ${createdAt}`)
    await accounts.changePerson('Amira', { role: 'viewer' })
    for (const createdAt of [now, now + 9]) await accounts.endSession(`at ${createdAt}`)
    expect(await accounts.people()).toMatchObject([{ name: 'Amira', signedInAt: now + 9 }])
    expect(await accounts.sessions()).toEqual([])
  })

  test('tokens are found by the hash of their secret alone', async () => {
    using accounts = createAccounts({ path: path() })
    expect(await accounts.addToken(ci, 'hash')).toBe(true)
    expect(await accounts.addToken({ ...ci, name: 'ci' }, 'another')).toBe(false)
    const night = { name: 'night', scopes: ['run'], createdAt: now, createdBy: 'Amira', expiresAt: now + 1 } as const
    expect(await accounts.addToken(night, 'night')).toBe(true)
    expect(await accounts.token('hash')).toEqual(ci)
    expect(await accounts.token('another')).toBeUndefined()
    await accounts.tokenUsed('ci', now + 5)
    expect(await accounts.tokens()).toEqual([{ ...ci, lastUsedAt: now + 5 }, night])
    expect([await accounts.removeToken('cI'), await accounts.removeToken('ci')]).toEqual([true, false])
    expect(await accounts.token('hash')).toBeUndefined()
  })

  test('sessions come with the person as it is now, and go when they are over', async () => {
    using accounts = createAccounts({ path: path() })
    await accounts.addPerson(amira)
    const { stamp } = (await accounts.person('Amira'))!
    const session = { person: 'Amira', stamp, createdAt: now, seenAt: now }
    await accounts.addSession(session, 'a')
    await accounts.addSession({ stamp: 'of the token', createdAt: now, seenAt: now }, 'b')
    expect(await accounts.session('a')).toEqual({ session, person: { ...amira, stamp, signedInAt: now } })
    expect(await accounts.sessions()).toEqual([session, { stamp: 'of the token', createdAt: now, seenAt: now }])
    expect(await accounts.session('b')).toEqual({ session: { stamp: 'of the token', createdAt: now, seenAt: now } })
    await accounts.changePerson('Amira', { role: 'viewer' })
    expect(await accounts.session('a')).toMatchObject({ session: { stamp }, person: { role: 'viewer' } })
    await accounts.removePerson('Amira')
    expect(await accounts.session('a')).toEqual({ session })
    await accounts.endSession('a')
    expect(await accounts.session('a')).toBeUndefined()

    await accounts.sessionSeen('b', now + 3)
    const later = now + longestPause + 2
    await accounts.addSession({ stamp: 'x', createdAt: later, seenAt: later }, 'c')
    expect(await accounts.session('b')).toBeDefined()
    await accounts.sessionSeen('b', now + longestSession)
    const last = now + longestSession
    await accounts.addSession({ stamp: 'x', createdAt: last, seenAt: last }, 'd')
    expect(await accounts.session('b')).toBeUndefined()
    expect(await accounts.session('c')).toBeUndefined()
  })
})

test('the file is for its owner alone, is there only once somebody is asked for, and lasts', async () => {
  const path = join(folder(), 'accounts.db')
  const first = createAccounts({ path })
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  await first.addPerson(amira)
  for (const file of [path, `${path}-wal`]) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600])
  first[Symbol.dispose]()
  using second = createAccounts({ path })
  expect(await second.person('Amira')).toMatchObject(amira)
})

test('a file of the first version is taken over, with the last sign-in of whoever is signed in', async () => {
  const path = join(folder(), 'accounts.db')
  const old = new DatabaseSync(path)
  old.exec(`
    CREATE TABLE person (
      key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, password TEXT NOT NULL, stamp TEXT NOT NULL,
      created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE token (
      key TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
      expires INTEGER, used INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE session (
      hash TEXT PRIMARY KEY, person TEXT, stamp TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO person VALUES ('amira', 'Amira', 'operator', '$scrypt$1', 'a', ${now}), ('bo', 'Bo', 'viewer', '$scrypt$2', 'b', ${now});
    INSERT INTO token VALUES ('ci', 'CI', 'read deploy', 'hash', ${now}, NULL, NULL);
    INSERT INTO session VALUES ('x', 'Amira', 'a', ${now + 5}, ${now + 5}), ('y', 'Bo', 'of an earlier password', ${now}, ${now});
    PRAGMA application_id = ${0x56454445}; PRAGMA user_version = 1;
  `)
  old.close()
  using accounts = createAccounts({ path })
  expect(await accounts.people()).toEqual([
    { ...amira, stamp: 'a', signedInAt: now + 5 },
    { ...amira, name: 'Bo', role: 'viewer', password: '$scrypt$2', stamp: 'b' },
  ])
  expect(await accounts.token('hash')).toEqual(ci)
})

test('what another process changes is seen at once', async () => {
  const path = join(folder(), 'accounts.db')
  using accounts = createAccounts({ path })
  await accounts.addPerson(amira)
  const code = `import { createAccounts } from '${join(import.meta.dirname, '../../runner/stores/accounts.ts')}'
const accounts = createAccounts({ path: '${path}' })
await accounts.changePerson('Amira', { role: 'admin' })`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  expect(await accounts.person('Amira')).toMatchObject({ role: 'admin' })
})

test('a file that is none of ours is refused and stays as it was', async () => {
  const path = join(folder(), 'accounts.db')
  writeFileSync(path, 'the recipe of my grandmother')
  using accounts = createAccounts({ path })
  await expect(accounts.people()).rejects.toMatchObject({ name: 'StoreError' })
  expect(readFileSync(path, 'utf8')).toBe('the recipe of my grandmother')
})
