import { describe, expect, test } from 'vitest'
import type { Incident } from '../../runner/core/incidents.ts'
import { type Keep, runId } from '../../runner/core/ports.ts'
import { resultOf, start } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { post, read, section, signInByToken, words } from './browse.ts'
import { day, home, kept, minute, scene } from './trouble-scene.ts'

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
    const message = (id: string, of: string, at = start - 13 * minute): Keep => ({
      kind: 'notification',
      id,
      at,
      value: {
        id,
        notifier: `channel-${id}`,
        occasion: 'opened',
        incidents: [of],
        createdAt: at,
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
      // It waited for the end of quiet hours when the incident opened and joined it.
      message('joined', incident.id, start - 20 * minute),
      message('foreign', 'another'),
    ]
    await using server = await scene(pageAlarms({ open: [incident] }), { keep })
    const { text } = await read(server, `/incidents/${encodeURIComponent(incident.id)}`)
    expect(section(text, 'deploys')).toMatch(/new-one .*2 min before/)
    expect(section(text, 'deploys')).not.toMatch(/old-one|other-one/)
    expect(section(text, 'messages')).toContain('channel-mine')
    expect(section(text, 'messages')).toContain('channel-joined')
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
    const cookie = await signInByToken(server)
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
      await signInByToken(server),
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
    const answer = await post(server, '/incidents/shop~wrong~1/acknowledge', {}, await signInByToken(server))
    expect([answer.status, words(answer.text).includes('expected an open incident')]).toEqual([409, true])
  })
})
