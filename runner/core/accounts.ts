/** Who may do what: rights, roles of people, scopes of tokens, and what is kept of both. */

import { parseDuration } from './duration.ts'

/**
 * What a request may need. `read`: everything that is shown; `run`: run a check now, send a drill; `deploy`: mark a deploy; `operate`:
 * acknowledge, note, maintenance; `admin`: who else may. A token's scopes are rights; an address that needs none is `public`.
 */
export const rights = ['read', 'run', 'deploy', 'operate', 'admin'] as const
export type Right = (typeof rights)[number]

export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** What each brings with it. CI may mark deploys without seeing anything; whoever operates has to see what is wrong. */
const included: Readonly<Record<Right, readonly Right[]>> = {
  read: ['read'],
  run: ['run'],
  deploy: ['deploy'],
  operate: ['read', 'run', 'deploy', 'operate'],
  admin: rights,
}
const scopeOf: Readonly<Record<Role, Right>> = { viewer: 'read', operator: 'operate', admin: 'admin' }

export const rightsOf = (scopes: readonly Right[]): ReadonlySet<Right> =>
  new Set(scopes.flatMap(scope => included[scope]))
export const rightsOfRole = (role: Role): ReadonlySet<Right> => rightsOf([scopeOf[role]])

export interface Person {
  /** As it was given; two names that differ in their case alone are one. */
  readonly name: string
  readonly role: Role
  /** As `Passwords` made it: its way, its costs, its salt and the hash. Never the password. */
  readonly password: string
  /** A new one with each change of password or role: what was signed in with the old one ends. */
  readonly stamp: string
  readonly createdAt: number
  /** The last time; absent: none is known. */
  readonly signedInAt?: number
}

/** A machine's way in. Its secret is shown once; a hash of it is kept. */
export interface MachineToken {
  readonly name: string
  readonly scopes: readonly Right[]
  readonly createdAt: number
  /** Absent: made on the command line. */
  readonly createdBy?: string
  /** Epoch ms; absent: it does not expire. */
  readonly expiresAt?: number
  /** To the minute. */
  readonly lastUsedAt?: number
}

/** Somebody who is signed in. */
export interface Session {
  /** Absent: signed in with the token of the configuration. */
  readonly person?: string
  /** Of the person, or what the token makes of itself: it ends when that changes. */
  readonly stamp: string
  readonly createdAt: number
  readonly seenAt: number
}

export interface Care {
  /** Whoever is the only admin is not touched. */
  readonly lastAdminStays?: boolean
}

/** Keeps people, tokens and sessions. Names are compared without their case. Rejects with StoreError. */
export interface Accounts extends Disposable {
  people(): Promise<readonly Person[]>
  person(name: string): Promise<Person | undefined>
  /** False: the name is taken. */
  addPerson(person: Pick<Person, 'name' | 'role' | 'password' | 'createdAt'>): Promise<boolean>
  /** With a new stamp, also where nothing else is to change. False: there is none of that name, or it has to stay. */
  changePerson(name: string, change: Partial<Pick<Person, 'role' | 'password'>>, care?: Care): Promise<boolean>
  removePerson(name: string, care?: Care): Promise<boolean>
  tokens(): Promise<readonly MachineToken[]>
  /** By the hash of its secret. */
  token(hash: string): Promise<MachineToken | undefined>
  /** False: the name is taken. */
  addToken(token: MachineToken, hash: string): Promise<boolean>
  removeToken(name: string): Promise<boolean>
  tokenUsed(name: string, at: number): Promise<void>
  /** By the hash of its id, with the person as it is now. */
  session(hash: string): Promise<{ readonly session: Session; readonly person?: Person } | undefined>
  /** All that nobody has ended; some of them are over. */
  sessions(): Promise<readonly Session[]>
  /** Notes when its person signed in. Removes those that are over by age as well. */
  addSession(session: Session, hash: string): Promise<void>
  sessionSeen(hash: string, at: number): Promise<void>
  endSession(hash: string): Promise<void>
}

/** Makes hashes of passwords and compares with them, at a cost that guessing cannot pay. */
export interface Passwords {
  /** What is kept of it. */
  hash(password: string): Promise<string>
  /** Takes as long without a hash, so that a name that is unknown cannot be told from a wrong password. */
  matches(password: string, kept: string | undefined): Promise<boolean>
}

const day = 86_400_000
export const longestSession: number = 30 * day
export const longestPause: number = 7 * day

/** Neither too old nor left alone for too long; a clock that was set back ends none. */
export const isLive = ({ createdAt, seenAt }: Session, now: number): boolean =>
  now - createdAt < longestSession && now - seenAt < longestPause

export const isExpired = ({ expiresAt }: MachineToken, now: number): boolean =>
  expiresAt !== undefined && now >= expiresAt

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u

/** What is wrong with the name of a person or token, as a sentence; undefined when nothing is. */
export const nameTrouble = (name: string): string | undefined =>
  namePattern.test(name)
    ? undefined
    : `expected a name of 1 to 64 letters, digits and . _ @ + - that begins with a letter or digit, found '${name}'`

/** What two spellings of a name have in common. */
export const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase()

export const shortestPassword = 12
export const longestPassword = 1_000
const leastBesideName = 8
const leastCharacters = 4

/** What is wrong with a password, as a sentence; undefined when nothing is. */
export function passwordTrouble(password: string, name: string): string | undefined {
  const length = [...password].length
  if (length < shortestPassword) {
    return `expected a password of ${shortestPassword} characters or more, found ${length}; a few words in a row are long and easy to remember`
  }
  if (length > longestPassword) return `expected a password of at most ${longestPassword} characters, found ${length}`
  const unguessed = nameKey(password).replaceAll(nameKey(name), '')
  if (unguessed.length < leastBesideName || new Set(unguessed).size < leastCharacters) {
    return 'expected a password that others cannot guess, found the name or the same few characters over and over; choose a few words that have nothing to do with each other'
  }
  return undefined
}

/** For how long a token is to be good, ms; undefined where the text is no time of a minute or more. */
export function tokenLife(text: string): number | undefined {
  const life = parseDuration(text)
  return life === undefined || life < 60_000 ? undefined : life
}
