/** Lists of incidents, messages, windows and objectives: which come, in which order, and what is refused. */

import { expect, test } from 'vitest'
import type { Notification } from '../../runner/core/notifications.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { createFakeWatch, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { type Serving, serve, token } from './support.ts'

const day = 86_400_000

const past = (id: string, ago: number, more: Parameters<typeof incidentOf>[0] = {}): Keep => {
  const openedAt = start - ago
  const value = incidentOf({ id, openedAt, resolvedAt: openedAt + 60_000, ...more })
  return { kind: 'incident', id, at: openedAt, open: false, value }
}
const message = (id: string, ago: number, more: Partial<Notification> = {}): Keep => {
  const at = start - ago
  const value: Notification = {
    id,
    notifier: 'chat',
    occasion: 'opened',
    incidents: ['open'],
    createdAt: at,
    dueAt: at,
    tries: 1,
    state: 'delivered',
    ...more,
  }
  return { kind: 'notification', id, at, value }
}

const scene = () => {
  const open = incidentOf({ id: 'open', severity: 'p0' })
  const alarms = pageAlarms({
    open: [open],
    notifiers: [{ id: 'chat', kind: 'slack', summary: '#oncall', waiting: 0 }],
  })
  const watch = createFakeWatch({ systems: [systemOf('shop')], checks: [watchedCheck('shop', 'home')], alarms })
  return serve({
    watch,
    keep: [
      past('yesterday', day, { cause: 'slow' }),
      past('last-week', 7 * day, { system: 'portal' }),
      past('last-year', 300 * day),
      // The store may know an open one as well; it comes once.
      { kind: 'incident', id: 'open', at: open.openedAt, open: true, value: open },
      message('new', 1_000),
      message('dead', 2_000, { state: 'dead', notifier: 'mail', trouble: '550 no such user' }),
      message('old', 40 * day, { incidents: ['last-year'] }),
    ],
  })
}

const get = async ({ url }: Serving, path: string) => {
  const response = await fetch(`${url}/api/v1${path}`)
  return { status: response.status, body: await response.json() }
}
const ids = async (server: Serving, path: string, list: string): Promise<readonly string[]> =>
  (await get(server, path)).body[list].map(({ id }: { readonly id: string }) => id)

test.each([
  ['', ['open', 'yesterday', 'last-week']],
  ['?open=true', ['open']],
  ['?open=false', ['yesterday', 'last-week']],
  ['?system=portal', ['last-week']],
  ['?severity=p0', ['open']],
  ['?cause=slow', ['yesterday']],
  ['?limit=2', ['open', 'yesterday']],
  [`?open=false&from=${start - 400 * day}&to=${start - 8 * day}`, ['last-year']],
])('incidents%s are %j', async (query, expected) => {
  await using server = await scene()
  expect(await ids(server, `/incidents${query}`, 'incidents')).toEqual(expected)
})

test.each([
  ['', ['new', 'dead']],
  ['?state=dead', ['dead']],
  ['?notifier=chat', ['new']],
  ['?limit=1', ['new']],
  [`?incident=last-year&from=${start - 50 * day}`, ['old']],
  [`?from=${start - 50 * day}&to=${start - day}`, ['old']],
])('notifications%s are %j', async (query, expected) => {
  await using server = await scene()
  expect(await ids(server, `/notifications${query}`, 'notifications')).toEqual(expected)
})

test('one incident is found whether it is open or over', async () => {
  await using server = await scene()
  expect((await get(server, '/incidents/open')).body).toMatchObject({ id: 'open', severity: 'p0' })
  expect((await get(server, '/incidents/last-year')).body).toMatchObject({
    id: 'last-year',
    resolvedAt: expect.any(Number),
  })
  expect((await get(server, '/incidents/none')).status).toBe(404)
})

test.each<[string, object, number, string]>([
  ['/incidents/none/acknowledge', {}, 404, 'an incident that is kept'],
  ['/incidents/yesterday/acknowledge', {}, 409, 'expected an open incident'],
  ['/incidents/open/notes', { text: '  ' }, 400, 'a note of 1 to 4000 characters'],
  ['/incidents/open/notes', { words: 'x' }, 400, 'text'],
  ['/maintenance', { title: 'Upgrade', selection: [], to: start + 1 }, 400, 'what is in maintenance'],
  ['/maintenance', { title: 'Upgrade', selection: ['shp'], to: start + 1 }, 400, "did you mean 'shop'"],
  ['/maintenance', { title: 'Upgrade', selection: ['shop'], from: 5, to: 4 }, 400, 'an end after the beginning'],
  ['/maintenance', { title: 'Upgrade', selection: ['shop'], from: 5, to: 6 }, 400, 'an end that lies ahead'],
  ['/maintenance/none/end', {}, 409, 'expected a declared window'],
])('POST %s with %j is %i: %s', async (path, body, status, why) => {
  await using server = await scene()
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const problem = await response.json()
  expect([response.status, problem.status, problem.detail]).toEqual([status, status, expect.stringContaining(why)])
})

test('a window that was declared is listed until it is ended', async () => {
  await using server = await scene()
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return response.json()
  }
  const { id } = await post('/maintenance', { title: 'Upgrade', selection: ['shop'], to: start + 60_000 })
  expect((await get(server, '/maintenance')).body.windows).toMatchObject([
    { id, title: 'Upgrade', active: true, by: 'Somebody with the token' },
  ])
  expect(await post(`/maintenance/${id}/end`, {})).toEqual({ id })
  expect((await get(server, '/maintenance')).body).toEqual({ windows: [], past: [] })
})
