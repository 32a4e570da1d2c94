import type { APIRequestContext, APIResponse } from 'playwright/test'
import { accountsOf } from '../support/accounts.ts'
import { expect } from '../support/test.ts'

/** Password of the monitor's accounts; the reference system's where none is set. */
export const password = process.env['AGENT_PORTAL_PASSWORD'] ?? 'password123'

/** Accounts that each use has. With fewer, runs that follow each other closely find their windows spent. */
const accountsOfUse = Number(process.env['AGENT_PORTAL_ACCOUNTS'] ?? 4)

/** The accounts of a use (`booking-1@example.com` …) in the order to try them. */
export const accounts = (use: string) => accountsOf(use, accountsOfUse)

export interface Session {
  readonly user: { readonly id: string; readonly name: string }
  readonly tokens: { readonly accessToken: string; readonly refreshToken: string }
  readonly headers: Readonly<Record<string, string>>
}

/** Signs in with the first account of a use that may: the window of an account may be spent. */
export async function signIn(request: APIRequestContext, use: string): Promise<Session> {
  for (const email of accounts(use)) {
    const response = await request.post('/api/auth/login', { data: { email, password } })
    if (response.status() === 429) continue
    await expect(response, `sign-in of ${email}`).toBeOK()
    const { user, tokens } = await response.json()
    return { user, tokens, headers: { authorization: `Bearer ${tokens.accessToken}` } }
  }
  throw new Error(`expected one of ${accounts(use).join(', ')} to be let in, found 429 for each`)
}

export interface Slot {
  readonly id: string
  readonly doctorId: string
  readonly startsAt: string
}

export interface Appointment {
  readonly id: string
  readonly patientId: string
  readonly patient: string
  readonly doctor: string
  readonly startsAt: string
  readonly state: string
}

const day = 86_400_000
const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!

/** What a check does beside the browser: prepares, looks at the truth behind the page, and cleans up. */
export function createPortal(
  request: APIRequestContext,
  { headers }: Session,
  runId: string,
  cleanup: (work: () => unknown) => void,
) {
  /** In everything that this run creates. */
  const mark = `synthetic-${runId}`
  const send = (method: string, path: string, data?: unknown): Promise<APIResponse> =>
    request.fetch(path, { method, headers, ...(data === undefined ? {} : { data }) })
  const read = async (path: string) => {
    const response = await send('GET', path)
    await expect(response, `GET ${path}`).toBeOK()
    return response.json()
  }
  /** Creates something with a POST that is expected to work. */
  const create = async (path: string, data: unknown) => {
    const response = await send('POST', path, data)
    await expect(response, `POST ${path}`).toBeOK()
    return response.json()
  }
  const removeLater = (path: string) => cleanup(() => send('DELETE', path))
  /** A day on which no other run is likely to book. */
  const someDay = () => new Date(Date.now() + (3 + Math.floor(Math.random() * 50)) * day).toISOString().slice(0, 10)
  const someDoctor = async (): Promise<{ id: string; name: string }> => pick((await read('/api/doctors')).items)
  const freeSlots = async (doctorId: string, date: string): Promise<readonly Slot[]> =>
    (await read(`/api/time-slots/availability?doctorId=${doctorId}&date=${date}`)).items
  const someSlot = async () => {
    const { id } = await someDoctor()
    return pick(await freeSlots(id, someDay()))
  }
  const patient = (name = mark) => ({ name, email: `${name}@example.com`, phone: '+962 555 0100' })

  return {
    mark,
    send,
    read,
    create,
    removeLater,
    someDay,
    someDoctor,
    freeSlots,
    someSlot,
    patient,
    /** Books a free slot for a patient of this run. `acb`: it waits for approval. */
    async book(kind: 'standard' | 'acb' = 'standard'): Promise<Appointment> {
      const slot = await someSlot()
      const appointment = await create('/api/appointments', { slotId: slot.id, patient: patient(), kind })
      removeLater(`/api/appointments/${appointment.id}`)
      return appointment
    },
    setState: (id: string, state: string) => send('PATCH', `/api/appointments/${id}/status`, { state }),
    appointments: async (): Promise<readonly Appointment[]> => (await read(`/api/appointments?search=${mark}`)).items,
    /** Removes what a page created with the mark of this run in a list of the API. */
    removeFoundLater: (path: string) =>
      cleanup(async () => {
        const { items } = await (await send('GET', path)).json()
        for (const item of items as readonly { id: string }[]) {
          if (JSON.stringify(item).includes(mark)) await send('DELETE', `${path.split('?')[0]}/${item.id}`)
        }
      }),
  }
}

export type Portal = ReturnType<typeof createPortal>
