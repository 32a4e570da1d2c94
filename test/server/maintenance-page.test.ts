import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Keep } from '../../runner/core/ports.ts'
import { start } from '../support/fake-watch.ts'
import { pageAlarms } from '../support/page-alarms.ts'
import { post, read, section, signInByToken } from './browse.ts'
import { minute, scene } from './trouble-scene.ts'

describe('maintenance', () => {
  const form = { title: 'Upgrade', selection: 'shop/home', from: '2026-01-05T13:00', to: '2026-01-05T14:00' }

  test('declaring one and ending it early, in UTC wherever Vedette runs', async () => {
    vi.stubEnv('TZ', 'America/New_York')
    onTestFinished(() => void vi.unstubAllEnvs())
    const alarms = pageAlarms()
    await using server = await scene(alarms)
    const cookie = await signInByToken(server)
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
    const { status, text } = await post(server, '/maintenance', { ...form, ...change }, await signInByToken(server))
    expect([status, text.includes(why), alarms.done]).toEqual([400, true, []])
    expect(text).toContain(`value="${{ ...form, ...change }.selection}"`)
  })

  test('without signing in nothing is declared and no form is shown', async () => {
    const alarms = pageAlarms()
    await using server = await scene(alarms)
    expect((await read(server, '/maintenance')).text).not.toContain('<form method="post" action="/maintenance"')
    expect((await post(server, '/maintenance', form)).status).toBe(401)
    expect(
      (await post(server, '/maintenance', form, { ...(await signInByToken(server)), 'sec-fetch-site': 'cross-site' }))
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
    const { status, text } = await post(server, '/maintenance/nothing/end', {}, await signInByToken(server))
    expect([status, text.includes('expected a declared window')]).toEqual([409, true])
  })
})
