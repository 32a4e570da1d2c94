import { describe, expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { defineConfig } from '../../runner/config/configuration.ts'
import { type MaintenanceOptions, maintenance } from '../../runner/config/maintenance.ts'
import { defineSystem } from '../../runner/config/system.ts'
import { nextSpan, spanAt, spansBetween } from '../../runner/core/maintenance.ts'
import { planned } from '../../runner/engine/alarm-rules.ts'
import { http } from '../../runner/probes/http.ts'

const selection = ['shop']
const berlin = { timezone: 'Europe/Berlin' }
const at = (text: string) => Date.parse(text)
const spanOf = (options: Partial<MaintenanceOptions>, now: string) => {
  const span = spanAt(planned(maintenance('Upgrade', { selection, ...options })), at(now))
  return span && [new Date(span.from).toISOString(), new Date(span.to).toISOString()]
}

test('once, from one moment to another', () => {
  const once = { from: '2026-12-24T22:00:00+01:00', to: '2026-12-24T23:00:00Z' }
  expect(spanOf(once, '2026-12-24T20:59:59Z')).toBeUndefined()
  expect(spanOf(once, '2026-12-24T21:00:00Z')).toEqual(['2026-12-24T21:00:00.000Z', '2026-12-24T23:00:00.000Z'])
  expect(spanOf(once, '2026-12-24T23:00:00Z')).toBeUndefined()
})

test('every week, over midnight and over both changes of the clock', () => {
  const weekly = { weekly: 'sat 23:00-04:00', timezone: 'Europe/Berlin' }
  expect(spanOf(weekly, '2026-01-04T00:00:00Z')).toEqual(['2026-01-03T22:00:00.000Z', '2026-01-04T03:00:00.000Z'])
  expect(spanOf(weekly, '2026-01-04T03:00:00Z')).toBeUndefined()
  // The night with an hour less: it begins and ends by the clock.
  expect(spanOf(weekly, '2026-03-28T22:30:00Z')).toEqual(['2026-03-28T22:00:00.000Z', '2026-03-29T02:00:00.000Z'])
  expect(spanOf(weekly, '2026-10-24T21:30:00Z')).toEqual(['2026-10-24T21:00:00.000Z', '2026-10-25T03:00:00.000Z'])
})

test('by a calendar, also where windows overlap; and when the next begins', () => {
  const often = { cron: '*/10 * * * *', duration: '15m' }
  expect(spanOf(often, '2026-01-04T00:12:00Z')).toEqual(['2026-01-04T00:10:00.000Z', '2026-01-04T00:25:00.000Z'])
  const window = planned(maintenance('Upgrade', { selection, cron: '0 3 * * *', duration: '1h' }))
  expect(nextSpan(window, at('2026-01-04T03:00:00Z'))).toEqual({
    from: at('2026-01-05T03:00:00Z'),
    to: at('2026-01-05T04:00:00Z'),
  })
  expect(spanAt({ ...window, endedAt: at('2026-01-04T03:10:00Z') }, at('2026-01-04T03:20:00Z'))).toBeUndefined()
})

describe('a weekly window holds by the clocks of its zone, also in the nights in which they are changed', () => {
  test.each([
    // Clocks go from 03:00 back to 02:00: the night has an hour more, and so has the window.
    ['autumn', 'sun 02:00-04:00', '2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z'],
    ['autumn, over midnight', 'sat 22:00-06:00', '2026-10-24T20:00:00Z', '2026-10-25T05:00:00Z'],
    ['autumn, within the hour that comes twice', 'sun 02:15-02:45', '2026-10-25T00:15:00Z', '2026-10-25T00:45:00Z'],
    // Clocks go from 02:00 on to 03:00: the night has an hour less.
    ['spring', 'sun 01:00-04:00', '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z'],
    [
      'spring, from within the hour that is left out',
      'sun 02:30-03:30',
      '2026-03-29T01:00:00Z',
      '2026-03-29T01:30:00Z',
    ],
    [
      'spring, wholly within it, so that its length holds',
      'sun 02:00-03:00',
      '2026-03-29T01:00:00Z',
      '2026-03-29T02:00:00Z',
    ],
    ['any other night', 'sun 02:00-04:00', '2026-06-07T00:00:00Z', '2026-06-07T02:00:00Z'],
  ])('%s: %s', (_, weekly, from, to) => {
    const window = planned(maintenance('Upgrade', { selection, weekly, ...berlin }))
    const span = { from: at(from), to: at(to) }
    expect(spanAt(window, span.from - 1)).toBeUndefined()
    expect(spanAt(window, span.from)).toEqual(span)
    expect(spanAt(window, span.to - 1)).toEqual(span)
    expect(spanAt(window, span.to)).toBeUndefined()
  })
})

test('a weekly window covers each of its nights, the one in which clocks go back among them', () => {
  const window = planned(maintenance('Upgrade', { selection, weekly: 'sun 02:00-04:00', ...berlin }))
  const night = (from: string, to: string) => ({ from: at(from), to: at(to) })
  const nights = [
    night('2026-10-18T00:00:00Z', '2026-10-18T02:00:00Z'),
    night('2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z'),
    night('2026-11-01T01:00:00Z', '2026-11-01T03:00:00Z'),
  ]
  expect(spansBetween(window, at('2026-10-12T00:00:00Z'), at('2026-11-04T00:00:00Z'))).toEqual(nights)
  // Of the first only its last hour, of the last its first moment.
  expect(spansBetween(window, at('2026-10-18T01:00:00Z'), nights[2]!.from)).toEqual(nights)
  expect(spansBetween(window, nights[0]!.to, nights[2]!.from - 1)).toEqual([nights[1]])
  expect(spansBetween(window, nights[0]!.to, nights[1]!.from - 1)).toEqual([])
})

test('a window that was ended early covers what it covered, and one that was taken back nothing', () => {
  const [from, to] = [at('2026-12-24T22:00:00Z'), at('2026-12-24T23:00:00Z')]
  const window = { id: 'w', title: 'W', selection, when: { from, to } }
  const covered = (endedAt: number) => spansBetween({ ...window, endedAt }, from - 1, to + 1)
  expect(spansBetween(window, from - 1, to + 1)).toEqual([{ from, to }])
  expect(covered(from + 60_000)).toEqual([{ from, to: from + 60_000 }])
  expect(covered(from - 60_000)).toEqual([])
})

test.each<[string, Partial<MaintenanceOptions>, RegExp]>([
  ['no time', {}, /expected one of `from` with `to`, `weekly`, or `cron` with `duration`, found none/],
  ['two ways', { weekly: 'sun 02:00-03:00', cron: '0 2 * * *' }, /found several/],
  ['half a time', { from: '2026-12-24T22:00:00Z' }, /expected both `from` and `to`, found one of them/],
  ['a time backwards', { from: '2026-12-24T22:00:00Z', to: '2026-12-24T21:00:00Z' }, /expected `to` after `from`/],
  ['no zone', { from: '2026-12-24T22:00:00', to: '2026-12-24T23:00:00' }, /expected a moment with its zone such as/],
  ['a day that is none', { weekly: 'someday 02:00-04:00' }, /expected a day and times such as 'sun 02:00-04:00'/],
  ['a bad cron', { cron: '61 * * * *', duration: '1h' }, /expected a calendar schedule such as/],
  ['no length', { cron: '0 2 * * *' }, /expected `duration` beside `cron`, found none/],
  ['an unknown zone', { cron: '0 2 * * *', duration: '1h', timezone: 'Mars/Base' }, /expected a time zone such as/],
])('refuses %s', (_, options, message) => {
  const { problems } = maintenance('Upgrade', { selection, ...options })
  expect(problems.map(problem => problem.message).join('\n')).toMatch(message)
})

test('a selection that fits nothing is told, in windows and on the status page', () => {
  const weekly = 'sun 02:00-04:00'
  const { problems } = defineConfig({
    systems: [
      defineSystem('shop', {
        url: 'http://127.0.0.1:9',
        status: { parts: { Shop: ['home'], Pay: ['pay'] } },
        checks: [check('home', { probe: http('/') })],
      }),
    ],
    maintenance: [
      maintenance('All', { selection: ['*'], weekly }),
      maintenance('Other', { selection: ['shp'], weekly }),
      maintenance('Other', { selection, weekly }),
    ],
  })
  expect(problems.map(({ path, message }) => `${path.join(' › ')}: ${message}`)).toEqual([
    'maintenance other: expected a title of its own for each window, found it twice',
    expect.stringMatching(/^system shop › status › Pay: expected .*found 'pay', which fits no check/),
    expect.stringMatching(/^maintenance Other › selection: .*found 'shp', which fits no check; did you mean 'shop'/),
  ])
})

test('places that nobody can report from are told', () => {
  const messages = (more: Partial<Parameters<typeof defineConfig>[0]>) =>
    defineConfig({ systems: [], ...more }).problems.map(({ level, message }) => `${level}: ${message}`)
  expect(messages({})).toEqual([])
  expect(messages({ location: 'berlin', locations: ['berlin'] })).toEqual([])
  expect(messages({ location: 'berlin', locations: ['berlin', 'osaka', 'oslo'] })).toEqual([
    expect.stringMatching(
      /^warning: expected runs from all of them, found .*'berlin' alone: .*'osaka', 'oslo' are waited for/,
    ),
  ])
  expect(messages({ locations: ['berlin', 'osaka'] })).toEqual([
    expect.stringMatching(
      /^error: expected the place of this process among them, found 'local' missing in 'berlin', 'osaka'/,
    ),
  ])
})
