import { type Account, createAccounts, type Seed, seedAccounts } from '../kit/accounts.ts'
import type { TherapyBroken } from './faults.ts'

export type Role = 'member' | 'therapist' | 'admin' | 'partner'

export interface Profile {
  /** Therapists are offered only then. */
  readonly isApproved: boolean
  /** Came by the registration page, not by the seed. */
  readonly isRegistered: boolean
  /** Number of the member's health record. */
  readonly record: number
  readonly credits: number
  readonly phone: string
  /** `1990-05-17` */
  readonly dateOfBirth: string
  /** Id of the partner who brought the member. */
  readonly partner?: string
}

export type Person = Account<Role, Profile>
type NewPerson = Pick<Person, 'email' | 'name' | 'role' | 'password'> & Partial<Profile>

const blank = { isRegistered: false, credits: 0, phone: '', dateOfBirth: '' }

export function createPeople(now: () => number, broken: TherapyBroken) {
  const accounts = createAccounts<Role, Profile>(now)
  let lastRecord = 1_000
  const add = (given: NewPerson, id?: string): Person =>
    accounts.add({ isApproved: given.role !== 'therapist', ...blank, ...given, record: ++lastRecord }, id)
  seedAccounts<Role, Partial<Profile>>({ add }, seeds, 'password123')
  const all = (role: Role) => accounts.all().filter(person => person.role === role)
  return {
    ...accounts,
    add,
    byRecord: (number: string | undefined) => accounts.all().find(({ record }) => String(record) === number),
    all,
    /** The therapists who can be booked. */
    offered: () => all('therapist').filter(({ isApproved }) => isApproved || broken('THR-02')),
    /** What the person may know of itself. */
    show: ({ id, email, name, role, record, credits, phone, dateOfBirth }: Person) => ({
      ...{ id, email, name, role, credits, phone, dateOfBirth },
      ...(role === 'member' ? { record } : {}),
    }),
    get size() {
      return accounts.size
    },
  }
}

export type People = ReturnType<typeof createPeople>

/** What a monitor does with the platform: each use has members and therapists of its own, so that none takes another's slots. */
const uses =
  'booking credits dashboard errors invoices loading markup monitor phone profile recording sessions soap-note speed video-call'.split(
    ' ',
  )
const ofTherapists = (names: readonly string[]) => names.map(name => `${name}-therapist`)
const member = { role: 'member', credits: 20, dateOfBirth: '1990-05-17' } as const
const therapist = { role: 'therapist', isApproved: true } as const

/** `booking-1@example.com` is a member, `booking-therapist-1@example.com` a therapist; beside them administrators and partners. */
const seeds: readonly Seed<Role, Partial<Profile>>[] = [
  { uses: ['admin'], count: 2, as: { role: 'admin' } },
  { uses: ['partner'], count: 2, as: { role: 'partner' } },
  { uses, count: 2, as: member },
  { uses: ofTherapists(uses), count: 2, as: therapist },
  { uses: ['load'], count: 100, as: member },
  { uses: ofTherapists(['load']), count: 100, as: therapist },
]
