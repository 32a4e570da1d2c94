import type { APIRequestContext } from 'playwright/test'
import { accountsOf } from '../support/accounts.ts'
import { expect } from '../support/test.ts'

/** Password of the monitor's accounts; the reference system's where none is set. */
export const password = process.env['ASSESSMENT_PASSWORD'] ?? 'password123'

/** Accounts that each use has. With fewer, runs that follow each other closely find their windows spent. */
const accountsOfUse = Number(process.env['ASSESSMENT_ACCOUNTS'] ?? 4)

/** The accounts of a use (`payment-1@example.com` …) in the order to try them. */
export const accounts = (use: string) => accountsOf(use, accountsOfUse)

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly account: { readonly id: string; readonly email: string; readonly role: string }
}

export interface Session {
  readonly tokens: Tokens
  readonly headers: Readonly<Record<string, string>>
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export async function signInAs(request: APIRequestContext, email: string): Promise<Session> {
  const response = await request.post('/api/auth/login', { data: { email, password } })
  await expect(response, `sign-in of ${email}`).toBeOK()
  const tokens: Tokens = await response.json()
  return { tokens, headers: bearer(tokens.access_token) }
}

/** Signs in with the account of a use whose turn it is. */
export const signIn = (request: APIRequestContext, use: string) => signInAs(request, accounts(use)[0]!)

export type AnswerValue = 'yes' | 'partly' | 'no'

export interface Assessment {
  readonly id: string
  readonly title: string
  readonly tier: number
  readonly answers: Readonly<Record<string, AnswerValue>>
  readonly created_at: string
  readonly result: { readonly score: number; readonly level: string; readonly gaps: readonly string[] }
}

export interface ServiceRequest {
  readonly id: string
  readonly description: string
  readonly price: number
  readonly state: string
  readonly created_at: string
}

/** Who pays. Amount and currency are those of what is bought. */
export const payer = { currency: 'USD', billing_name: 'Synthetic', billing_email: 'synthetic@example.com' }

/** What a check does beside the browser: prepares, looks at the truth behind the page, and cleans up. */
export function createPlatform(
  request: APIRequestContext,
  { headers }: Session,
  runId: string,
  cleanup: (work: () => unknown) => void,
) {
  /** In everything that this run creates. */
  const mark = `synthetic-${runId}`
  const get = async (path: string) => {
    const response = await request.get(path, { headers })
    await expect(response, path).toBeOK()
    return response.json()
  }
  const create = async (path: string, data: object) => {
    const response = await request.post(path, { headers, data })
    await expect(response, path).toBeOK()
    const created = await response.json()
    cleanup(() => request.delete(`${path}/${created.id}`, { headers }))
    return created
  }
  return {
    mark,
    startAssessment: (): Promise<Assessment> => create('/api/assessments', { area: 'technology', title: mark }),
    readAssessment: (id: string): Promise<Assessment> => get(`/api/assessments/${id}`),
    answer: (id: string, body: { readonly data: object } | { readonly form: Record<string, string> }) =>
      request.post(`/api/assessments/${id}/tiers/1/responses`, { headers, ...body }),
    requestService: (): Promise<ServiceRequest> =>
      create('/api/service-requests', { service: 'backup-review', description: mark }),
    readRequest: (id: string): Promise<ServiceRequest> => get(`/api/service-requests/${id}`),
    /** Removes what somebody else creates for this run, once its address is known. */
    removeLater: (path: string) => cleanup(() => request.delete(path, { headers })),
  }
}

export type Platform = ReturnType<typeof createPlatform>
