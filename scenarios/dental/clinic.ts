import type { APIRequestContext, APIResponse } from 'playwright/test'
import { expect } from '../support/test.ts'

/** Password of the monitor's accounts; the reference system's where none is set. */
export const password = process.env['DENTAL_PASSWORD'] ?? 'senha-de-teste-123'

export type ClinicId = 'centro' | 'norte' | 'sul'

/** The account of a use at a clinic. Limits are per account, so no use spends the window of another. */
export const accountOf = (use: string, clinic: ClinicId = 'centro') => `${use}@${clinic}.example.com`

export interface Session {
  readonly accessToken: string
  readonly refreshToken: string
  readonly csrfToken: string
  /** For calls that change something as well. */
  readonly headers: Readonly<Record<string, string>>
}

/** Headers are given with every call, so that the cookies which Playwright keeps for itself are never sent. */
export const cookieHeader = (accessToken = '') => ({ cookie: accessToken === '' ? '' : `access=${accessToken}` })

export const tryToSignIn = (request: APIRequestContext, email: string, secret: unknown = password) =>
  request.post('/api/auth/login', { headers: cookieHeader(), data: { email, password: secret } })

export async function signInAs(request: APIRequestContext, email: string, secret?: string): Promise<Session> {
  const response = await tryToSignIn(request, email, secret)
  await expect(response, `sign-in of ${email}`).toBeOK()
  return sessionOf(response)
}

export const signIn = (request: APIRequestContext, use: string, clinic?: ClinicId) =>
  signInAs(request, accountOf(use, clinic))

/** Exchanges a refresh token. */
export const refresh = (request: APIRequestContext, refreshToken: string) =>
  request.post('/api/auth/refresh', { headers: { cookie: `refresh=${refreshToken}` } })

/** The session that a sign-in or an exchange of tokens gives. */
export async function sessionOf(response: APIResponse): Promise<Session> {
  const cookies = response.headersArray().filter(({ name }) => name.toLowerCase() === 'set-cookie')
  const cookie = (name: string) =>
    cookies.map(({ value }) => new RegExp(`^${name}=([^;]*)`).exec(value)?.[1]).find(Boolean) ?? ''
  const { csrfToken } = await response.json()
  const accessToken = cookie('access')
  const headers = { ...cookieHeader(accessToken), 'x-csrf-token': csrfToken }
  return { accessToken, refreshToken: cookie('refresh'), csrfToken, headers }
}

export interface Patient {
  readonly id: string
  readonly name: string
}

interface Appointment {
  readonly id: string
  /** Local time: `2026-11-21T09:30`. */
  readonly start: string
  readonly name: string
  readonly createdAt: string
}

/** A day of the clinics, some days from now: `2026-11-21`. */
export const localDay = (days: number): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Sao_Paulo' }).format(Date.now() + days * 86_400_000)

/** As pages show a time: `21/11/2026`, and `09:30`. */
export const shown = (start: string) => ({
  day: start.slice(0, 10).split('-').toReversed().join('/'),
  time: start.slice(11),
})

/** What a journey does beside the browser, with the session of one clinic: prepares, looks behind the page, cleans up. */
export function createClinic(
  request: APIRequestContext,
  { headers }: Pick<Session, 'headers'>,
  runId: string,
  cleanup: (work: () => unknown) => void,
) {
  const read = async (path: string, params: Record<string, string> = {}) => {
    const response = await request.get(path, { headers, params })
    await expect(response, path).toBeOK()
    return response.json()
  }
  const create = async (path: string, data: object) => {
    const response = await request.post(path, { headers, data })
    await expect(response, path).toBeOK()
    const made = await response.json()
    cleanup(() => request.delete(`${path}/${made.id}`, { headers }))
    return made
  }
  const appointments = async (day = ''): Promise<readonly Appointment[]> =>
    (await read('/api/appointments', { day })).appointments
  return {
    /** In everything that this run creates. */
    mark: `synthetic-${runId}`,
    /** `more`: e-mail and password, for an account of the portal. */
    createPatient: (name = '', more: object = {}): Promise<Patient> =>
      create('/api/patients', { name: `synthetic-${runId}${name}`, phone: '(11) 90000-0000', ...more }),
    book: (patient: Patient, start: string): Promise<Appointment> =>
      create('/api/appointments', { patient: patient.id, service: 'limpeza', start }),
    freeTimes: async (day: string): Promise<readonly string[]> =>
      (await read('/api/clinics/centro/times', { day })).times,
    appointments,
    record: async ({ id }: Patient): Promise<readonly { text: string }[]> =>
      (await read(`/api/patients/${id}/record`)).entries,
    findPatients: async (search: string): Promise<readonly (Patient & { createdAt: string })[]> =>
      (await read('/api/patients', { search })).patients,
    users: async (): Promise<readonly { id: string; name: string; email: string; createdAt: string }[]> =>
      (await read('/api/users')).users,
    remove: (kind: 'appointments' | 'patients' | 'users', id: string) =>
      request.delete(`/api/${kind}/${id}`, { headers }),
    /** Removes what somebody else booked under the name of this run. */
    removeBookingsLater: (day: string) =>
      cleanup(async () => {
        for (const { id, name } of await appointments(day))
          if (name.includes(`synthetic-${runId}`)) await request.delete(`/api/appointments/${id}`, { headers })
      }),
  }
}

export type Clinic = ReturnType<typeof createClinic>
