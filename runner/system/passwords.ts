/** Hashes of passwords with scrypt. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Passwords } from '../core/accounts.ts'
import { RunnerFault } from '../core/fault.ts'

export interface PasswordCosts {
  /** Rounds: 2 to this power. */
  readonly log2N: number
  readonly r: number
  readonly p: number
}

// As strong as 128 MB for one moment, with 16 MB for five: the process that watches is small.
const usual: PasswordCosts = { log2N: 14, r: 8, p: 5 }
const keyLength = 32
const mostMemory = 64 << 20
// One at a time, so that tries in a crowd cost no more memory than one; who comes later than this comes again.
const mostWaiting = 20

export function createPasswords(costs: PasswordCosts = usual): Passwords {
  // Nobody's: what an unknown name is compared with.
  const nobody = pack({ costs, salt: randomBytes(16), key: randomBytes(keyLength) })
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const inTurn = async (work: () => Promise<Buffer>): Promise<Buffer> => {
    if (waiting >= mostWaiting)
      throw new RunnerFault('expected a few people who sign in at a time, found many; try again in a moment')
    waiting += 1
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      waiting -= 1
    }
  }
  return {
    async hash(password) {
      const salt = randomBytes(16)
      return pack({ costs, salt, key: await inTurn(() => derive(password, salt, costs)) })
    },
    async matches(password, kept = nobody) {
      const known = unpack(kept)
      const key = await inTurn(() => derive(password, known.salt, known.costs))
      return timingSafeEqual(key, known.key) && kept !== nobody
    },
  }
}

interface Packed {
  readonly costs: PasswordCosts
  readonly salt: Buffer
  readonly key: Buffer
}

/** As passwords are written down elsewhere: `$scrypt$ln=14,r=8,p=5$salt$key`. */
const pack = ({ costs: { log2N, r, p }, salt, key }: Packed): string =>
  `$scrypt$ln=${log2N},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`

function unpack(text: string): Packed {
  const [, log2N, r, p, salt, key] = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]{43})$/.exec(text) ?? []
  if (salt === undefined || key === undefined)
    throw new RunnerFault(
      'expected a hash of a password as this version writes it, found another text; set it anew with `vedette people password`',
    )
  const costs = { log2N: Number(log2N), r: Number(r), p: Number(p) }
  return { costs, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

/** The same letters are the same password, whichever keyboard made them. */
const derive = (password: string, salt: Buffer, { log2N, r, p }: PasswordCosts): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, keyLength, { N: 2 ** log2N, r, p, maxmem: mostMemory }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  )
