import { randomUUID } from 'node:crypto'
import { hashPassword } from '../kit/passwords.ts'

export type Role = 'member' | 'therapist' | 'admin' | 'partner'

export interface Person {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly password: string
  /** Therapists are offered for booking only then. */
  readonly isApproved: boolean
  /** Came by the registration page, not by the seed. */
  readonly isRegistered: boolean
  /** Number of the member's health record. */
  readonly record: number
  readonly credits: number
  readonly phone: string
  /** `1990-05-17` */
  readonly dateOfBirth: string
  readonly createdAt: number
  /** Id of the partner who brought the member. */
  readonly partner?: string
}

type NewPerson = Pick<Person, 'email' | 'name' | 'role' | 'password'> & Partial<Person>

export function createPeople(now: () => number) {
  const people = new Map<string, Person>()
  const byEmail = new Map<string, string>()
  let lastRecord = 1_000
  return {
    add(given: NewPerson, id: string = randomUUID()): Person {
      const person: Person = {
        isApproved: given.role !== 'therapist',
        isRegistered: false,
        credits: 0,
        phone: '',
        dateOfBirth: '',
        createdAt: now(),
        ...given,
        id,
        record: ++lastRecord,
        email: given.email.toLowerCase(),
        password: hashPassword(given.password),
      }
      people.set(id, person)
      byEmail.set(person.email, id)
      return person
    },
    get: (id: string | undefined) => people.get(id ?? ''),
    byEmail: (email: string) => people.get(byEmail.get(email.toLowerCase()) ?? ''),
    byRecord: (number: string | undefined) => [...people.values()].find(({ record }) => String(record) === number),
    all: (role: Role) => [...people.values()].filter(person => person.role === role),
    change(id: string, change: Partial<Person>): Person {
      const person = { ...people.get(id)!, ...change }
      people.set(id, person)
      return person
    },
    remove({ id, email }: Person) {
      people.delete(id)
      byEmail.delete(email)
    },
    isPassword: (person: Person, password: string) => person.password === hashPassword(password),
    /** What the person may know of itself. */
    show: ({ id, email, name, role, record, credits, phone, dateOfBirth }: Person) => ({
      id,
      email,
      name,
      role,
      credits,
      phone,
      dateOfBirth,
      ...(role === 'member' ? { record } : {}),
    }),
    get size() {
      return people.size
    },
  }
}

export type People = ReturnType<typeof createPeople>

/** Everybody's password. */
const seedPassword = 'password123'

/** What a monitor does with the platform: each use has members and therapists of its own, so that none takes another's slots. */
const uses = [
  'booking',
  'credits',
  'dashboard',
  'errors',
  'invoices',
  'loading',
  'markup',
  'monitor',
  'phone',
  'profile',
  'recording',
  'sessions',
  'soap-note',
  'speed',
  'video-call',
]
const accountsOfUse = 2
const loadUsers = 100

/** `booking-1@example.com` is a member, `booking-therapist-1@example.com` a therapist; beside them administrators and partners. */
export function seedPeople(people: People): void {
  const add = (name: string, role: Role, count: number) => {
    for (let number = 1; number <= count; number++) {
      const id = `${name}-${number}`
      const extra = role === 'member' ? { credits: 20, dateOfBirth: '1990-05-17' } : { isApproved: true }
      people.add({ email: `${id}@example.com`, name: id, role, password: seedPassword, ...extra }, id)
    }
  }
  add('admin', 'admin', accountsOfUse)
  add('partner', 'partner', accountsOfUse)
  for (const use of [...uses, 'load']) {
    const count = use === 'load' ? loadUsers : accountsOfUse
    add(use, 'member', count)
    add(`${use}-therapist`, 'therapist', count)
  }
}
