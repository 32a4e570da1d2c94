import { expect, test } from 'vitest'
import { maintenance } from '../../runner/config/maintenance.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { resultOf, start } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { read, words } from './browse.ts'
import { day, home, minute, scene } from './trouble-scene.ts'

const open = incidentOf({ severity: 'p1' })

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
