import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { referenceAuthority } from '../../scenarios/support/reference.ts'
import { referencePaymentKey } from '../../scenarios/therapy/reference.ts'
import { requirements } from '../../scenarios/therapy/requirements.ts'
import type { TargetOptions } from './kit/target.ts'
import { createTherapy, type Therapy } from './therapy/create-therapy.ts'
import { breakable } from './therapy/faults.ts'
import { providerKey } from './therapy/money.ts'

const open: Therapy[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(target => target.close()))
})

interface Init {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

async function start(options: TargetOptions = {}) {
  const target = await createTherapy(options)
  open.push(target)
  const call = (path: string, { method, body, headers }: Init = {}) =>
    fetch(target.urls.web + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
    })
  const signIn = async (email: string) => {
    const response = await call('/api/auth/login', { body: { email, password: 'password123' } })
    return { headers: { cookie: response.headers.get('set-cookie')!.split(';')[0]! } }
  }
  const member = await signIn('booking-1@example.com')
  const therapist = await signIn('booking-therapist-1@example.com')
  /** Books one of the free times, which are in order. */
  const book = async (which: (slots: readonly string[]) => string) => {
    const { slots } = await json(await call('/api/therapists/booking-therapist-1/slots', member))
    const body = { therapist: 'booking-therapist-1', slot: which(slots as string[]), topic: 'Sleep' }
    return json(await call('/api/sessions', { ...member, body }))
  }
  return { target, call, signIn, member, therapist, book }
}

const json = (response: Response) => response.json() as Promise<Record<string, unknown>>

test('every id that can be broken is a promise of the platform, and every other one is a strange one', async () => {
  const ids = requirements.map(({ id }) => id)
  expect(breakable.filter(id => !ids.includes(id))).toEqual([])
  await expect(createTherapy({ broken: ['THR-99'] })).rejects.toThrow('found THR-99')
})

test('what the pack knows of the reference system is still so', async () => {
  const { target } = await start()
  expect(referencePaymentKey).toBe(providerKey)
  expect(target.authority.length).toBeGreaterThan(100)
  expect(referenceAuthority).toContain('BEGIN CERTIFICATE')
})

test('health follows its parts, and what needs a part that is down says so', async () => {
  const { target, call, member, book } = await start()
  const session = await book(slots => slots[0]!)
  target.control.faults({ video: 'down', payments: 'down' })
  const health = await call('/api/health')
  expect([health.status, await json(health)]).toMatchObject([
    503,
    {
      status: 'degraded',
      parts: { database: { status: 'ok' }, video: { status: 'error' }, payments: { status: 'error' } },
    },
  ])
  expect((await call(`/api/sessions/${session['id']}/join`, { ...member, method: 'POST' })).status).toBe(503)
  expect((await call('/api/credits', { ...member, body: { credits: 1 } })).status).toBe(503)
  target.control.faults({ video: 'up', payments: 'up', database: 'down' })
  expect((await call('/api/me', member)).status).toBe(503)
  expect(await (await call('/dashboard', member)).text()).toContain('Something went wrong')
  target.control.faults({ database: 'up' })
  expect((await call('/api/health')).status).toBe(200)
})

test('a room opens ten minutes before its session and closes an hour after its start', async () => {
  const at = Date.UTC(2026, 0, 5, 12, 0)
  const { target, call, member, therapist, book } = await start({ clock: () => at })
  const { id, slot } = await book(slots => slots[4]!)
  expect(slot).toBe('2026-01-05T14:00:00.000Z')
  const join = async (who: Init = member) => (await call(`/api/sessions/${id}/join`, { ...who, method: 'POST' })).status
  expect(await join()).toBe(403)
  target.control.advance(110 * 60_000 - 1)
  expect(await join()).toBe(403)
  target.control.advance(1)
  expect([await join(), await join(therapist)]).toEqual([200, 200])
  target.control.advance(70 * 60_000)
  expect(await join()).toBe(403)
})

test('a ticket opens the socket of its own room, until it is too old', async () => {
  const { target, call, member, therapist, book } = await start()
  const { id } = await book(slots => slots[0]!)
  const join = async (who: Init) =>
    (await json(await call(`/api/sessions/${id}/join`, { ...who, method: 'POST' })))['ticket'] as string
  const socketOf = (ticket: string) => new WebSocket(`${target.urls.web.replace('http', 'ws')}/signal?ticket=${ticket}`)
  const refusal = async (ticket: string) => String((await once(socketOf(ticket), 'error'))[0])
  const first = socketOf(await join(member))
  await once(first, 'message')
  const second = socketOf(await join(therapist))
  const [welcome] = await once(second, 'message')
  expect(JSON.parse(String(welcome))).toEqual({ type: 'welcome', others: ['booking-1'] })
  second.send(JSON.stringify({ type: 'caption', text: 'Good morning' }))
  let heard: unknown
  while ((heard as { type?: string })?.type !== 'caption') heard = JSON.parse(String((await once(first, 'message'))[0]))
  expect(heard).toEqual({ type: 'caption', text: 'Good morning', from: 'booking-therapist-1' })
  expect(await (await call(`/sessions/${id}`, member)).text()).toContain('booking-therapist-1: Good morning')
  expect(await refusal('forged')).toContain('401')
  const old = await join(member)
  target.control.advance(6 * 60_000)
  expect(await refusal(old)).toContain('401')
})

test('a session costs a credit, which comes back when it is cancelled', async () => {
  const { call, member, therapist, book } = await start()
  const credits = async () => (await json(await call('/api/me', member)))['credits']
  const { id, slot } = await book(slots => slots[2]!)
  expect(await credits()).toBe(19)
  const taken = { ...member, body: { therapist: 'booking-therapist-1', slot, topic: '' } }
  expect((await call('/api/sessions', taken)).status).toBe(422)
  expect((await call(`/api/sessions/${id}`, { ...therapist, method: 'DELETE' })).status).toBe(200)
  expect((await call(`/api/sessions/${id}`, { ...member, method: 'DELETE' })).status).toBe(409)
  expect(await credits()).toBe(20)
})

test('without a credit nothing is booked', async () => {
  const { call, member, book } = await start()
  for (let turn = 0; turn < 20; turn++) await book(slots => slots[0]!)
  expect(await book(slots => slots[0]!)).toMatchObject({ errors: [{ field: 'slot', message: 'Buy credits first' }] })
  const { sessions } = await json(await call('/api/sessions', member))
  // One was there from the start.
  expect(sessions).toHaveLength(21)
})

test('only a day that there is can be somebody’s day of birth', async () => {
  const { call, member } = await start()
  const status = async (dateOfBirth: unknown) =>
    (await call('/api/me', { ...member, method: 'PATCH', body: { dateOfBirth } })).status
  for (const wrong of ['1990-02-31', '31.02.1990', '', null, 5, '2999-01-01']) expect(await status(wrong)).toBe(422)
  expect(await status('1992-02-29')).toBe(200)
})

test('a session cookie ends after a week', async () => {
  const { target, call, member } = await start()
  target.control.advance(7 * 86_400_000 - 5_000)
  expect((await call('/dashboard', member)).status).toBe(200)
  target.control.advance(5_000)
  const gone = await call('/dashboard', member)
  expect([gone.status, gone.headers.get('location')]).toEqual([303, '/sign-in'])
})

test('a file of members that has no good row is refused', async () => {
  const { target, signIn } = await start()
  const { headers } = await signIn('partner-1@example.com')
  const upload = async (text: string) => {
    const body = new FormData()
    body.append('file', new Blob([text], { type: 'text/csv' }), 'members.csv')
    const response = await fetch(`${target.urls.web}/api/partner/members`, { method: 'POST', headers, body })
    return [response.status, await response.json()]
  }
  expect(await upload('name,email\nAnn,ann\n')).toMatchObject([422, { errors: [{ line: 2, field: 'email' }] }])
  expect(await upload('name,email\r\nAnn,ann@example.com\r\nAnn,ann@example.com\r\n')).toMatchObject([
    200,
    { added: 1, errors: [{ line: 3, field: 'email' }] },
  ])
})
