/** Incidents, maintenance, messages and the monitor itself, as people see and change them. */

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { maintenance } from '../../runner/config/maintenance.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import type { ObjectiveState, PartState } from '../../runner/core/objectives.ts'
import { type Keep, runId } from '../../runner/core/ports.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createFakeWatch, healthOf, resultOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { incidentOf, type PageAlarms, pageAlarms } from '../support/page-alarms.ts'
import { type Scene, type Serving, serve, token } from './support.ts'

const minute = 60_000
const day = 1_440 * minute
const home = watchedCheck('shop', 'home')
const kept = (value: Incident): Keep => ({
  kind: 'incident',
  id: value.id,
  at: value.openedAt,
  open: value.resolvedAt === undefined,
  value,
})

async function scene(alarms: PageAlarms = pageAlarms(), more: Scene = {}): Promise<Serving> {
  const systems = [systemOf('shop', { title: 'The Shop' }), systemOf('blog')]
  return serve({ watch: createFakeWatch({ systems, checks: [home], alarms }), ...more })
}
const read = async ({ url }: Serving, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url + path, { headers: { accept: 'text/html', ...headers } })
  return { status: response.status, text: await response.text() }
}
const signedIn = async ({ url }: Serving) => {
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  })
  return { cookie: answer.headers.get('set-cookie')!.split(';')[0]! }
}
const post = async (
  { url }: Serving,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) => {
  const body = new URLSearchParams(form)
  const answer = await fetch(url + path, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { accept: 'text/html', ...headers },
  })
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
}
const words = (text: string) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const section = (text: string, id: string) => words(text.split(`id="${id}"`)[1]?.split('</section>')[0] ?? '')

const open = incidentOf({ severity: 'p1' })
const worse = incidentOf({
  id: 'shop~wrong~2',
  severity: 'p0',
  cause: 'wrong',
  title: 'Shop: pay answers wrongly',
  openedAt: start - minute,
})

describe('incidents', () => {
  const past = (change: Partial<Incident> & { readonly id: string }) =>
    incidentOf({
      openedAt: start - 3 * day,
      startedAt: start - 3 * day - minute,
      resolvedAt: start - 3 * day + 9 * minute,
      ...change,
    })

  test('the open ones come first, worst first, and it is said that nobody is on them', async () => {
    await using server = await scene(pageAlarms({ open: [open, worse] }))
    const { text } = await read(server, '/incidents')
    expect(text).toContain('<title>(2 open) Incidents · Vedette</title>')
    expect(section(text, 'headline')).toContain('2 open incidents 2 are not acknowledged; the worst lasts 1 min 30 s')
    const listed = section(text, 'open')
    expect(listed.indexOf('pay answers wrongly')).toBeLessThan(listed.indexOf('home does not answer'))
    const first = (await read(server, '/')).text
    expect(section(first, 'incidents-open')).toContain('P0 Shop: pay answers wrongly for 1 min 30 s')
  })

  test('mean times are those of thirty days and of each system, drills left out', async () => {
    const keep = [
      past({ id: 'shop~wrong~1', acknowledgedAt: start - 3 * day + 4 * minute, acknowledgedBy: 'Amira' }),
      past({ id: 'shop~wrong~3', startedAt: start - 3 * day - 3 * minute }),
      past({ id: 'shop~wrong~4', drill: true, startedAt: start - 5 * day }),
      past({ id: 'shop~wrong~5', openedAt: start - 40 * day, startedAt: start - 90 * day }),
      past({ id: 'blog~wrong~6', system: 'blog' }),
    ].map(kept)
    await using server = await scene(pageAlarms(), { keep })
    const means = section((await read(server, '/incidents')).text, 'means')
    expect(means).toContain('The Shop 2 2 min 4 min 11 min')
    expect(means).toContain('blog 1 1 min – 10 min')
  })

  test.each([
    ['?system=blog', ['blog~slow~2']],
    ['?severity=p0', ['shop~wrong~1']],
    ['?cause=slow', ['blog~slow~2']],
    ['?range=90d', ['shop~wrong~1', 'blog~slow~2', 'shop~old~3']],
    ['?system=none&cause=nothing&range=1y', ['shop~wrong~1', 'blog~slow~2']],
  ])('the view %s shows %j', async (query, expected) => {
    const keep = [
      past({ id: 'shop~wrong~1', severity: 'p0', cause: 'wrong', openedAt: start - day }),
      past({ id: 'blog~slow~2', system: 'blog', cause: 'slow', openedAt: start - 2 * day }),
      past({ id: 'shop~old~3', openedAt: start - 60 * day }),
    ].map(kept)
    await using server = await scene(pageAlarms(), { keep })
    const { text } = await read(server, `/incidents${query}`)
    const links = text.split('id="past"')[1]!.matchAll(/href="\/incidents\/([^"]+)"/g)
    expect([...links].map(([, id]) => decodeURIComponent(id!))).toEqual(expected)
  })

  test('without any the page teaches', async () => {
    await using server = await scene()
    expect((await read(server, '/incidents')).text).toContain('No incident yet')
  })

  test('a check leads to its incidents, each once', async () => {
    const elsewhere = incidentOf({ id: 'shop~wrong~9', affected: [{ check: 'cart', title: 'cart', since: start }] })
    await using server = await scene(pageAlarms({ open: [open, elsewhere] }), {
      keep: [kept(open), kept(past({ id: 'shop~wrong~1' }))],
    })
    const { text } = await read(server, '/checks/shop/home')
    const ids = text
      .split('id="incidents"')[1]!
      .split('</section>')[0]!
      .matchAll(/href="\/incidents\/([^"?]+)"/g)
    expect([...ids].map(([, id]) => decodeURIComponent(id!))).toEqual([open.id, 'shop~wrong~1'])
  })
})

test('the chart of a check marks deploys, incidents and windows in its time, with the way to each', async () => {
  const deploy = (id: string, system: string, at: number): Keep => ({
    kind: 'deploy',
    id,
    at,
    value: { id, system, environment: 'production', revision: id, at, by: 'gate' },
  })
  const window = (id: string, selection: string, from: number): Keep => ({
    kind: 'maintenance',
    id,
    at: from,
    value: { id, title: id, selection: [selection], when: { from, to: from + 60 * minute }, by: 'Amira' },
  })
  const keep = [
    deploy('rev-today', 'shop', start - 60 * minute),
    deploy('rev-old', 'shop', start - 5 * day),
    deploy('rev-blog', 'blog', start - 60 * minute),
    window('move-home', 'shop', start - 300 * minute),
    window('move-blog', 'blog', start - 300 * minute),
  ]
  const results = Array.from({ length: 20 }, (_, index) => resultOf(home, { slot: start - index * 70 * minute }))
  await using server = await scene(pageAlarms({ open: [open] }), { keep, results })
  const { text } = await read(server, '/checks/shop/home')
  const chart = text.split('id="latency"')[1]!.split('</figure>')[0]!
  expect(chart.match(/<(path|rect) class="event-\w+"/g)).toEqual([
    '<path class="event-deploy"',
    '<rect class="event-incident"',
    '<rect class="event-maintenance"',
  ])
  expect(chart).toContain(`href="/incidents/${encodeURIComponent(open.id)}"`)
  expect(words(chart)).toContain('home does not answer since 11:45:30 UTC')
  expect(words(chart)).toContain('move-home 07:00:00 to 08:00:00 UTC')
  expect(['rev-today', 'rev-old', 'rev-blog', 'move-home', 'move-blog'].filter(name => chart.includes(name))).toEqual([
    'rev-today',
    'move-home',
  ])
  expect((await read(server, '/checks/shop/home?range=7d')).text).toContain('rev-old')
})

test('the chart of a check marks each night of a weekly window in its time, that of the autumn change as long as it was', async () => {
  const now = Date.UTC(2026, 10, 3, 12)
  const weekly = { selection: ['shop'], weekly: 'sun 02:00-04:00', timezone: 'Europe/Berlin' }
  const windows = [maintenance('Upgrade', weekly), maintenance('Elsewhere', { ...weekly, selection: ['blog'] })]
  const alarms = pageAlarms({ windows: windows.map(window => ({ ...window, active: false })) })
  const results = Array.from({ length: 100 }, (_, index) => resultOf(home, { slot: now - index * 7 * 60 * minute }))
  await using server = await scene(alarms, { results, options: { clock: fakeClock(now) } })
  const chartOf = async (range: string) =>
    (await read(server, `/checks/shop/home?range=${range}`)).text.split('id="latency"')[1]!.split('</figure>')[0]!
  const month = await chartOf('30d')
  expect(month.match(/<rect class="event-maintenance"/g)).toHaveLength(4)
  expect(words(month)).toContain(
    'maintenance Upgrade 2026-11-01 01:00 to 2026-11-01 03:00 UTC maintenance Upgrade 2026-10-25 00:00 to 2026-10-25 03:00 UTC',
  )
  expect(month).not.toContain('Elsewhere')
  expect((await chartOf('7d')).match(/<rect class="event-maintenance"/g)).toHaveLength(1)
  expect(await chartOf('24h')).not.toContain('event-maintenance')
})

test('a window of every night does not push what explains more out of the words below a chart', async () => {
  const nightly = maintenance('Backup', { selection: ['shop'], cron: '0 3 * * *', duration: '1h' })
  const alarms = pageAlarms({ windows: [{ ...nightly, active: false }] })
  const old = {
    id: 'd',
    system: 'shop',
    environment: 'production',
    revision: 'rev-old',
    at: start - 20 * day,
    by: 'gate',
  }
  const keep = [{ kind: 'deploy', id: 'd', at: old.at, value: old } as Keep]
  const results = Array.from({ length: 60 }, (_, index) => resultOf(home, { slot: start - index * 700 * minute }))
  await using server = await scene(alarms, { results, keep })
  const { text } = await read(server, '/checks/shop/home?range=30d')
  const chart = text.split('id="latency"')[1]!.split('</figure>')[0]!
  expect(chart.match(/<rect class="event-maintenance"/g)!.length).toBeGreaterThan(20)
  expect(chart.match(/<li><span class="key e-\w+">/g)).toEqual([
    ...Array.from({ length: 5 }, () => '<li><span class="key e-maintenance">'),
    '<li><span class="key e-deploy">',
  ])
})

describe('one incident', () => {
  const pass = resultOf(home, {
    slot: start - 20 * minute,
    duration: 40,
    metrics: { http_status: 200 },
    revision: 'a1',
  })
  const failure = resultOf(home, {
    slot: start - 14 * minute,
    duration: 900,
    metrics: { http_status: 503 },
    revision: 'b2',
    verdict: 'failed',
    reason: 'status',
    detail: 'expected 200, found <503>',
  })
  const incident = incidentOf({
    runbook: 'https://wiki.example.com/home',
    affected: [
      { check: 'home', title: 'home', since: start - 14 * minute, firstFailure: runId(failure), lastPass: runId(pass) },
    ],
    timeline: [{ at: start - 14 * minute, kind: 'noted', by: 'Amira', text: '<b>redis</b>' }],
  })
  const full = () => scene(pageAlarms({ open: [incident] }), { results: [pass, failure] })

  test('says what, since when, and what differs from the last pass', async () => {
    await using server = await full()
    const { text } = await read(server, `/incidents/${encodeURIComponent(incident.id)}`)
    expect(section(text, 'headline')).toMatch(
      /P1 does not answer · open for 14 min · began between 11:45:30 and 11:46:00 UTC/,
    )
    expect(text).toContain('href="https://wiki.example.com/home"')
    const rows = text.split('id="evidence"')[1]!.split('</section>')[0]!.split('<tr').map(words)
    const row = (name: string) => rows.find(line => line.includes(`${name} `))
    expect(row('http_status')).toMatch(/≠ differs 200 503/)
    expect(row('Revision')).toMatch(/≠ differs a1 b2/)
    expect(row('Duration')).toMatch(/≠ differs 40 ms 900 ms/)
    expect(row('Location')).not.toContain('≠')
    expect(text).toContain('found &lt;503&gt;')
    expect(text).toContain('&lt;b&gt;redis&lt;/b&gt;')
  })

  test('shows deploys of the day before and the messages about it', async () => {
    const deploy = (id: string, system: string, at: number) =>
      ({
        kind: 'deploy',
        id,
        at,
        value: { id, system, environment: 'production', revision: id, at, by: 'gate' },
      }) as const
    const message = (id: string, of: string): Keep => ({
      kind: 'notification',
      id,
      at: start - 13 * minute,
      value: {
        id,
        notifier: `channel-${id}`,
        occasion: 'opened',
        incidents: [of],
        createdAt: start - 13 * minute,
        dueAt: start,
        tries: 1,
        state: 'delivered',
        endedAt: start,
      },
    })
    const keep = [
      deploy('new-one', 'shop', start - 16 * minute),
      deploy('old-one', 'shop', start - 2 * day),
      deploy('other-one', 'blog', start - 16 * minute),
      message('mine', incident.id),
      message('foreign', 'another'),
    ]
    await using server = await scene(pageAlarms({ open: [incident] }), { keep })
    const { text } = await read(server, `/incidents/${encodeURIComponent(incident.id)}`)
    expect(section(text, 'deploys')).toMatch(/new-one .*2 min before/)
    expect(section(text, 'deploys')).not.toMatch(/old-one|other-one/)
    expect(section(text, 'messages')).toContain('channel-mine')
    expect(section(text, 'messages')).not.toContain('channel-foreign')
  })

  test('one that is over comes from the store; one that never was is not found', async () => {
    const over = incidentOf({ id: 'shop~wrong~1', resolvedAt: start })
    await using server = await scene(pageAlarms(), { keep: [kept(over)] })
    expect(section((await read(server, '/incidents/shop~wrong~1')).text, 'headline')).toContain(
      'resolved 0 s ago , after 14 min',
    )
    expect((await read(server, '/incidents/nothing')).status).toBe(404)
  })

  test('whoever is not signed in changes nothing and is shown the way', async () => {
    const alarms = pageAlarms({ open: [incident] })
    await using server = await scene(alarms)
    const path = `/incidents/${encodeURIComponent(incident.id)}`
    const { text } = await read(server, path)
    expect(text).toContain('Sign in to acknowledge it')
    expect(text).not.toContain('/acknowledge"')
    expect((await post(server, `${path}/acknowledge`, {})).status).toBe(401)
    expect((await post(server, `${path}/note`, { text: 'hello' })).status).toBe(401)
    expect(alarms.done).toEqual([])
  })

  test('acknowledging and noting lead back, and another site cannot do either', async () => {
    const alarms = pageAlarms({ open: [incident] })
    await using server = await scene(alarms)
    const cookie = await signedIn(server)
    const path = `/incidents/${encodeURIComponent(incident.id)}`
    const foreign = { ...cookie, origin: 'https://evil.example.com' }
    expect((await post(server, `${path}/acknowledge`, {}, foreign)).status).toBe(403)
    expect((await post(server, `${path}/note`, { text: 'x' }, foreign)).status).toBe(403)
    expect(await post(server, `${path}/acknowledge`, {}, cookie)).toMatchObject({ status: 303, location: path })
    expect(await post(server, `${path}/note`, { text: ' seen <it> ' }, cookie)).toMatchObject({ status: 303 })
    expect(alarms.done).toEqual([`acknowledge ${incident.id}`, `note ${incident.id}: seen <it>`])
    const { text } = await read(server, path, cookie)
    expect(section(text, 'headline')).toContain('acknowledged it 0 s ago')
    expect(text).not.toContain('/acknowledge"')
    expect(text).toContain('seen &lt;it&gt;')
  })

  test.each(['', '   ', 'x'.repeat(4_001)])('a note of %j characters is refused', async text => {
    const alarms = pageAlarms({ open: [incident] })
    await using server = await scene(alarms)
    const answer = await post(
      server,
      `/incidents/${encodeURIComponent(incident.id)}/note`,
      { text },
      await signedIn(server),
    )
    expect([answer.status, answer.text.includes('expected a note of 1 to 4000 characters'), alarms.done]).toEqual([
      400,
      true,
      [],
    ])
  })

  test('what the alarms refuse is said in full', async () => {
    const over = incidentOf({ id: 'shop~wrong~1', resolvedAt: start })
    await using server = await scene(pageAlarms(), { keep: [kept(over)] })
    const answer = await post(server, '/incidents/shop~wrong~1/acknowledge', {}, await signedIn(server))
    expect([answer.status, words(answer.text).includes('expected an open incident')]).toEqual([409, true])
  })
})

describe('maintenance', () => {
  const form = { title: 'Upgrade', selection: 'shop/home', from: '2026-01-05T13:00', to: '2026-01-05T14:00' }

  test('declaring one and ending it early, in UTC wherever Vedette runs', async () => {
    vi.stubEnv('TZ', 'America/New_York')
    onTestFinished(() => void vi.unstubAllEnvs())
    const alarms = pageAlarms()
    await using server = await scene(alarms)
    const cookie = await signedIn(server)
    expect(await post(server, '/maintenance', form, cookie)).toMatchObject({ status: 303, location: '/maintenance' })
    const [window] = alarms.maintenance()
    const { text } = await read(server, '/maintenance', cookie)
    expect(section(text, 'coming')).toMatch(/Upgrade shop\/home once .*in 1 h 1 h Take back/)
    expect(await post(server, `/maintenance/${encodeURIComponent(window!.id)}/end`, {}, cookie)).toMatchObject({
      status: 303,
    })
    expect(alarms.done).toEqual([
      `declare Upgrade: shop/home {"from":${start + 60 * minute},"to":${start + 120 * minute}}`,
      `end ${window!.id}`,
    ])
  })

  test.each<[Partial<typeof form>, string]>([
    [{ title: ' ' }, 'Expected a title'],
    [{ selection: '' }, 'Expected what is in maintenance'],
    [{ selection: 'shop/hme' }, 'did you mean &#39;shop/home&#39;?'],
    [{ from: 'soon' }, 'found &#39;soon&#39;'],
    [{ to: '2026-01-05T12:30' }, 'Expected an end after the beginning'],
    [{ from: '2026-01-04T10:00', to: '2026-01-05T11:59' }, 'Expected an end that lies ahead'],
  ])('%j is refused, and the form keeps what was written', async (change, why) => {
    const alarms = pageAlarms()
    await using server = await scene(alarms)
    const { status, text } = await post(server, '/maintenance', { ...form, ...change }, await signedIn(server))
    expect([status, text.includes(why), alarms.done]).toEqual([400, true, []])
    expect(text).toContain(`value="${{ ...form, ...change }.selection}"`)
  })

  test('without signing in nothing is declared and no form is shown', async () => {
    const alarms = pageAlarms()
    await using server = await scene(alarms)
    expect((await read(server, '/maintenance')).text).not.toContain('<form method="post" action="/maintenance"')
    expect((await post(server, '/maintenance', form)).status).toBe(401)
    expect(
      (await post(server, '/maintenance', form, { ...(await signedIn(server)), 'sec-fetch-site': 'cross-site' }))
        .status,
    ).toBe(403)
    expect(alarms.done).toEqual([])
  })

  test('one that was taken back is not planned any more', async () => {
    const when = { from: start + 60 * minute, to: start + 120 * minute }
    const back = { id: 'm', title: 'Upgrade', selection: ['shop'], when, by: 'Amira', endedAt: start, active: false }
    const keep: Keep = { kind: 'maintenance', id: 'm', at: when.from, value: back }
    await using server = await scene(pageAlarms({ windows: [back] }), { keep: [keep] })
    const { text } = await read(server, '/maintenance')
    expect(text).not.toContain('id="coming"')
    expect(section(text, 'past')).toContain('(taken back)')
  })

  test('ending one that there is not is said in full', async () => {
    await using server = await scene()
    const { status, text } = await post(server, '/maintenance/nothing/end', {}, await signedIn(server))
    expect([status, text.includes('expected a declared window')]).toEqual([409, true])
  })
})

describe('notifications', () => {
  const message = (id: string, change: Partial<Notification> = {}): Keep => {
    const value: Notification = {
      id,
      notifier: 'slack',
      occasion: 'opened',
      incidents: [open.id],
      createdAt: start - minute,
      dueAt: start - minute,
      tries: 1,
      state: 'delivered',
      endedAt: start - minute,
      ...change,
    }
    return { kind: 'notification', id, at: value.createdAt, open: value.state === 'waiting', value }
  }
  const notifiers = [
    { id: 'slack', kind: 'slack', summary: 'Slack #oncall', waiting: 0 },
    { id: 'mail', kind: 'email', summary: 'mail to the office', waiting: 0 },
  ]

  test('dead letters come first, with the trouble in words', async () => {
    const keep = [
      message('a'),
      message('b', { notifier: 'mail', state: 'dead', tries: 6, trouble: 'found 550 <mailbox>' }),
      message('c', { state: 'dead', endedAt: start - 8 * day, createdAt: start - 8 * day }),
    ]
    await using server = await scene(pageAlarms({ open: [open], notifiers }), { keep })
    const { text } = await read(server, '/notifications')
    expect(text).toContain('<title>(1 dead) Notifications · Vedette</title>')
    expect(section(text, 'dead')).toMatch(
      /dead letter mail opened Shop: home does not answer found 550 &lt;mailbox&gt; 6/,
    )
  })

  test('each channel says its last delivery and its last drill, also one that is gone', async () => {
    const keep = [
      message('a', { endedAt: start - 5 * minute }),
      message('b', { occasion: 'drill', endedAt: start - 60 * minute, state: 'dead', incidents: [] }),
      message('c', { notifier: 'pager', endedAt: start - 7 * minute }),
    ]
    await using server = await scene(pageAlarms({ open: [open], notifiers }), { keep })
    const channels = section((await read(server, '/notifications')).text, 'channels')
    expect(channels).toMatch(/slack Slack #oncall slack dead letters 0 1 5 min ago 1 h ago not delivered/)
    expect(channels).toMatch(/mail mail to the office email fine 0 0 never never/)
    expect(channels).toMatch(/pager not configured any more/)
  })

  test.each([
    ['?state=waiting', ['quiet hours']],
    ['?notifier=mail', ['by mail']],
    ['?state=nothing', ['quiet hours', 'by mail']],
  ])('the view %s shows %j', async (query, expected) => {
    const { endedAt: _, ...waiting } = {
      endedAt: 0,
      state: 'waiting',
      why: 'quiet hours',
      dueAt: start + minute,
    } as const
    const keep = [message('a', { notifier: 'mail', why: 'by mail' }), message('b', waiting)]
    await using server = await scene(pageAlarms({ open: [open], notifiers }), { keep })
    const listed = section((await read(server, `/notifications${query}`)).text, 'messages')
    expect(['quiet hours', 'by mail'].filter(why => listed.includes(why))).toEqual(expected)
  })

  test('without channels the page teaches', async () => {
    await using server = await scene()
    expect((await read(server, '/notifications')).text).toContain('Nobody is told yet')
  })
})

describe('the monitor itself', () => {
  test('unknown time by reason, false alarms and what is kept', async () => {
    const gone = { verdict: 'unknown', reason: 'runner', detail: 'no browser: pid 81 was killed' } as const
    const results = [
      resultOf(home, { slot: start - minute, ...gone }),
      resultOf(home, { slot: start - 2 * minute, ...gone, detail: 'no browser: pid 99 was killed' }),
      resultOf(home, { slot: start - 3 * minute, verdict: 'unknown', reason: 'missed', detail: 'this machine slept' }),
      resultOf(home, { slot: start - 4 * minute, attempts: 2 }),
      resultOf(home, { slot: start - 5 * minute, verdict: 'failed', reason: 'status', detail: 'found 502' }),
      resultOf(home, { slot: start - 2 * day, ...gone }),
    ]
    await using server = await scene(pageAlarms(), { results })
    const { text } = await read(server, '/self')
    expect(section(text, 'unknown')).toMatch(
      /runner no browser: pid 81 was killed 1 2 1 min .*missed this machine slept 1 1 30 s/,
    )
    expect(section(text, 'false-alarms')).toContain('Passed on retry 50.0 % 1 of 2 runs that failed at first')
    expect(section(text, 'headline')).toContain('40.00 % of 5 runs of the last day could be judged')
    expect(section(text, 'store')).toContain('Single runs 6')
  })

  test('own trouble, what was found, and how many runs were excused for it or left with the target', async () => {
    const watch = createFakeWatch({ checks: [home] })
    await using server = await serve({ watch })
    const well = (await read(server, '/self')).text
    expect(section(well, 'own')).toContain('Link well')
    expect(section(well, 'own')).toContain(
      '3 failing runs were held against our own state before anybody was blamed: 0 ours, 3',
    )
    const detail = 'expected a carrier, found none on eth0'
    const { guard } = watch.self()
    watch.set({
      guard: {
        ...guard,
        signs: guard.signs.map(sign => (sign.name === 'link' ? { ...sign, trouble: detail } : sign)),
        trouble: { sign: 'link', detail, since: start - 2 * minute, runs: 7 },
        excused: { ...guard.excused, link: 7 },
      },
    })
    const { text } = await read(server, '/self')
    expect(section(text, 'headline')).toContain('The monitor cannot see everything')
    expect(section(text, 'own')).toMatch(
      /Link since 2 min ago : expected a carrier, found none on eth0\. 7 failing runs are unknown for it.*Link in trouble expected a carrier, found none on eth0 7/,
    )
  })

  test('quarantined checks stand there until their time is over', async () => {
    const shop = systemOf('shop', {
      checks: [{ id: 'home', quarantine: { until: start + day, reason: 'flaky since the move' } }] as never,
    })
    await using server = await serve({ watch: createFakeWatch({ systems: [shop], checks: [home] }) })
    expect(words((await read(server, '/self')).text)).toContain('shop/home flaky since the move 2026-01-06')
  })

  test('a monitor that is not ready says why', async () => {
    const watch = createFakeWatch({ checks: [watchedCheck('shop', 'home', { health: healthOf('up') })] })
    watch.set({ ready: false, notReady: 'the store takes no results: disk full' })
    await using server = await serve({ watch })
    const { text } = await read(server, '/self')
    expect(section(text, 'headline')).toContain('The monitor is not ready the store takes no results: disk full')
    expect(section(text, 'schedule')).toContain('Dead man&#39;s switch none')
    watch.set({ deadMansSwitch: { every: minute, lastAskedAt: start - 10 * minute } })
    expect(section((await read(server, '/self')).text, 'schedule')).toContain(
      'Dead man&#39;s switch 10 min ago late: due every 1 min',
    )
  })
})

test('an objective on incidents shows times as times and counts as counts', async () => {
  const part = (metric: string, value: number, target: number): PartState => ({
    part: metric,
    metric,
    sli: 'alarm',
    limit: `${metric} <= ${target}`,
    target,
    standing: 'broken',
    value,
    runs: { good: 0, bad: 0, valid: 0, unknown: 0, maintenance: 0, expected: 0 },
    burn: [],
    checks: [],
    days: [],
  })
  const objectives: readonly ObjectiveState[] = [
    {
      ...{ system: 'shop', objective: 'alarms', requirement: 'S-1', need: 'the right ones know', at: start },
      ...{
        standing: 'broken',
        alerts: true,
        parts: [part('alert_delay_s', 90, 60), part('misrouted_incidents', 3, 0)],
      },
    },
  ]
  const server = await serve({ watch: createFakeWatch({ systems: [systemOf('shop')], objectives }) })
  const { text } = await read(server, '/objectives')
  expect(words(text)).toMatch(/Measured 1 min 30 s Promised 1 min .*Measured 3 Promised 0 /)
})
