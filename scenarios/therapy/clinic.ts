import type { APIRequestContext, APIResponse, Page } from 'playwright/test'
import { accountsOf } from '../support/accounts.ts'
import { expect } from '../support/test.ts'

/** Password of the monitor's accounts; the reference system's where none is set. */
const password = process.env['THERAPY_PASSWORD'] ?? 'password123'

/** Accounts that each use has. */
const accountsOfUse = Number(process.env['THERAPY_ACCOUNTS'] ?? 2)

/** Somebody who is signed in. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly name: string
  /** Number of a member's health record. */
  readonly record?: number
  /** Cookie of the session, for calls of the API. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Session {
  readonly id: string
  readonly topic: string
  readonly state: string
  readonly slot: string
}

const cookieOf = (response: APIResponse) => (response.headers()['set-cookie'] ?? '').split(';')[0]!

export async function signIn(request: APIRequestContext, email: string, secret = password): Promise<Person> {
  const response = await request.post('/api/auth/login', { data: { email, password: secret } })
  await expect(response, `sign-in of ${email}`).toBeOK()
  const { user } = await response.json()
  return { ...user, headers: { cookie: cookieOf(response) } }
}

/** Members `booking-1@example.com` …, therapists `booking-therapist-1@example.com` …: the first of this minute. */
export const signInFor = (request: APIRequestContext, use: string): Promise<Person> =>
  signIn(request, accountsOf(use, accountsOfUse)[0]!)

/** Signs a page in without the form. */
export async function enter(page: Page, person: Person, base: string | undefined): Promise<void> {
  const [name = '', value = ''] = person.headers['cookie']!.split(/=(.*)/)
  await page.context().addCookies([{ name, value, url: base! }])
}

/** What a spec does beside the browser: prepares sessions, looks at the truth behind the page, and cleans up. */
export function createClinic(request: APIRequestContext, runId: string, cleanup: (work: () => unknown) => void) {
  const mark = `synthetic-${runId}`
  const clinic = {
    /** In everything that this run creates. */
    mark,
    async freeSlots(member: Person, therapist: string): Promise<readonly string[]> {
      const response = await request.get(`/api/therapists/${therapist}/slots`, { headers: member.headers })
      await expect(response, 'free times').toBeOK()
      return (await response.json()).slots
    },
    /** Books a session, whose room is open at once or opens in a day, and cancels it afterwards. */
    async book(member: Person, therapist: Person, when: 'now' | 'later', topic = mark): Promise<Session> {
      const slots = await clinic.freeSlots(member, therapist.id)
      const slot = slots.find(slot => when === 'now' || Date.parse(slot) > Date.now() + 86_400_000)
      const data = { therapist: therapist.id, slot, topic }
      const response = await request.post('/api/sessions', { headers: member.headers, data })
      await expect(response, 'booking').toBeOK()
      const session: Session = await response.json()
      cleanup(() => clinic.cancel(member, ({ id }) => id === session.id))
      return session
    },
    async sessionsOf(person: Person): Promise<readonly Session[]> {
      const response = await request.get('/api/sessions', { headers: person.headers })
      await expect(response, 'own sessions').toBeOK()
      return (await response.json()).sessions
    },
    /** Cancels what is still booked of some sessions. */
    async cancel(member: Person, isMeant: (session: Session) => boolean): Promise<void> {
      const booked = (await clinic.sessionsOf(member)).filter(({ state }) => state === 'booked')
      for (const { id } of booked.filter(isMeant)) {
        await request.delete(`/api/sessions/${id}`, { headers: member.headers })
      }
    },
    /** Cancels what somebody else booked with the mark of this run. */
    cancelFoundLater: (member: Person) => cleanup(() => clinic.cancel(member, ({ topic }) => topic.includes(mark))),
    removeLater: (person: { readonly id: string }, by: Person) =>
      cleanup(() => request.delete(`/api/people/${person.id}`, { headers: by.headers })),
    async creditsOf(member: Person): Promise<number> {
      const response = await request.get('/api/me', { headers: member.headers })
      await expect(response, 'own account').toBeOK()
      return (await response.json()).credits
    },
  }
  return clinic
}

export type Clinic = ReturnType<typeof createClinic>
