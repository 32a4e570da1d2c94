import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { passwordTrouble } from '../../runner/core/accounts.ts'
import { createPasswords } from '../../runner/system/passwords.ts'

const cheap = createPasswords({ log2N: 1, r: 1, p: 1 })

test('a password fits its own hash and no other, by the costs that stand in the hash', async () => {
  const [hash, again] = [await cheap.hash('correct horse'), await cheap.hash('correct horse')]
  // Each has a salt of its own.
  expect(hash).not.toBe(again)
  const usual = createPasswords()
  for (const passwords of [cheap, usual]) {
    expect(await passwords.matches('correct horse', hash)).toBe(true)
    expect(await passwords.matches('correct hors', hash)).toBe(false)
    expect(await passwords.matches('', hash)).toBe(false)
  }
})

test('is scrypt with 16 MB and five rounds of it, and says so', async () => {
  const hash = await createPasswords().hash('correct horse battery')
  const [, costs, salt, key] = /^\$scrypt\$(.+)\$([\w-]+)\$([\w-]+)$/.exec(hash)!
  expect(costs).toBe('ln=14,r=8,p=5')
  const expected = scryptSync('correct horse battery', Buffer.from(salt!, 'base64url'), 32, {
    N: 2 ** 14,
    r: 8,
    p: 5,
    maxmem: 64 << 20,
  })
  expect(key).toBe(expected.toString('base64url'))
})

test('the same letters from another keyboard are the same password', async () => {
  expect(await cheap.matches('cafe\u0301 crème', await cheap.hash('caf\u00e9 crème'))).toBe(true)
})

test('without a hash nothing fits, and the same work is done', async () => {
  expect(await cheap.matches('anything', undefined)).toBe(false)
  await expect(cheap.matches('anything', 'plain text')).rejects.toThrow('`vedette people password`')
})

test('of a crowd that signs in at once the last are asked to come again', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 25 }, () => cheap.hash('a')))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5)
  expect(await cheap.hash('a')).toMatch(/^\$scrypt\$/)
})

test.each([
  ['short', 'amira', 'expected a password of 12 characters or more, found 5'],
  ['eleven chars'.slice(1), 'amira', 'found 11'],
  ['x'.repeat(1_001), 'amira', 'expected a password of at most 1000 characters, found 1001'],
  ['aaaaaaaaaaaaaaaa', 'amira', 'that others cannot guess'],
  ['Amira-AMIRA-amira', 'amira', 'that others cannot guess'],
  ['👩‍👩‍👧 ab', 'amira', 'found 8'],
])('%j for %s is refused: %s', (password, name, why) => {
  expect(passwordTrouble(password, name)).toContain(why)
})

test.each(['four words in a row', 'an amira can be in a longer one', 'zwölf größere äpfel'])(
  '%j is taken',
  password => {
    expect(passwordTrouble(password, 'amira')).toBeUndefined()
  },
)
