import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HealthState } from '../../runner/core/contracts.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import { publicDays, type StatusFacts } from '../../runner/core/public-part.ts'
import { publicStatus } from '../../runner/core/public-status.ts'
import { healthOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { incidentOf } from '../support/page-alarms.ts'

const minute = 60_000
const day = 86_400_000
const midnight = Math.floor(start / day) * day

const shop = systemOf('shop-internal', {
  status: { title: 'Shop', parts: { Ordering: ['cart', '@money'], Account: ['shop-internal/sign-in'] } },
})
const check = (id: string, state: HealthState = 'up', more: { severity?: string; tags?: readonly string[] } = {}) =>
  watchedCheck('shop-internal', id, { health: healthOf(state, { lastPassedAt: start - minute }), ...more })
const cart = check('cart')
const pay = check('pay', 'up', { tags: ['money'] })
const signIn = check('sign-in')

const facts = (change: Partial<StatusFacts> = {}): StatusFacts => ({
  title: 'Example',
  now: start,
  systems: [shop],
  checks: [cart, pay, signIn],
  incidents: [],
  windows: [],
  measured: () => [[0, start]],
  ...change,
})
const states = (change: Partial<StatusFacts>) =>
  Object.fromEntries(
    publicStatus(facts(change)).systems.flatMap(({ parts }) => parts.map(part => [part.title, part.state])),
  )

const incident = (change: Partial<Incident> = {}): Incident =>
  incidentOf({
    system: 'shop-internal',
    openedAt: start - 10 * minute,
    affected: [{ check: 'cart', title: 'cart', since: start - 10 * minute }],
    ...change,
  })

describe('the state of a part', () => {
  test('everything is operational when all that it is made of is up', () => {
    expect(publicStatus(facts()).state).toBe('operational')
  })

  test.each<[string, readonly HealthState[], string]>([
    ['half of it down', ['down', 'up'], 'outage'],
    ['retrying is not down yet', ['retrying', 'up'], 'operational'],
    ['slow', ['degraded', 'up'], 'degraded'],
    ['what half of it cannot tell', ['unknown', 'up'], 'unknown'],
    ['down beside unknown', ['down', 'unknown'], 'outage'],
    ['maintenance', ['maintenance', 'up'], 'maintenance'],
    ['down beside maintenance', ['maintenance', 'down'], 'outage'],
    ['paused', ['paused', 'paused'], 'unknown'],
  ])('%s: %j is %s', (_, [first, second], expected) => {
    const checks = [check('cart', first), check('pay', second, { tags: ['money'] }), signIn]
    expect(states({ checks })).toEqual({ Ordering: expected, Account: 'operational' })
  })

  test('a first run that fails tells nothing yet', () => {
    const fresh = { ...cart, health: healthOf('retrying') }
    expect(states({ checks: [fresh, { ...pay, health: fresh.health }, signIn] })['Ordering']).toBe('unknown')
  })

  test('one of many down is degraded, unless it is a P0', () => {
    const many = ['a', 'b', 'c'].map(id => check(id, 'up', { tags: ['money'] }))
    expect(states({ checks: [check('cart', 'down'), ...many, signIn] })['Ordering']).toBe('degraded')
    expect(states({ checks: [check('cart', 'down', { severity: 'p0' }), ...many, signIn] })['Ordering']).toBe('outage')
  })

  test('an incident that just opened counts although health has not changed, and a drill does not', () => {
    expect(states({ incidents: [incident()] })['Ordering']).toBe('outage')
    expect(states({ incidents: [incident({ cause: 'slow' })] })['Ordering']).toBe('degraded')
    expect(states({ incidents: [incident({ drill: true })] })['Ordering']).toBe('operational')
    expect(states({ incidents: [incident({ system: 'other' })] })['Ordering']).toBe('operational')
  })

  test('it is over for a part when its checks recovered, though the incident goes on elsewhere', () => {
    const affected = [{ check: 'cart', title: 'cart', since: start - 10 * minute, until: start - minute }]
    expect(states({ incidents: [incident({ affected })] })['Ordering']).toBe('operational')
  })

  test('a window that holds is maintenance, one that lies ahead is announced in public words', () => {
    const now = { selection: ['shop-internal/pay'], from: start - minute, to: start + minute }
    const next = { selection: ['shop-internal'], from: start + day, to: start + day + minute }
    const other = { selection: ['elsewhere'], from: start + day, to: start + 2 * day }
    const status = publicStatus(facts({ windows: [next, other, now] }))
    expect(status.systems[0]!.parts.map(part => part.state)).toEqual(['maintenance', 'operational'])
    expect(status.maintenance).toEqual([
      { parts: ['Ordering'], from: now.from, to: now.to },
      { parts: ['Ordering', 'Account'], from: next.from, to: next.to },
    ])
  })
})

describe('ninety days', () => {
  const partOf = (change: Partial<StatusFacts>) => publicStatus(facts(change)).systems[0]!.parts[0]!

  test('minutes of trouble stand in the days in which they were, and count once', () => {
    const over = (from: number, to: number, of: string) => ({ check: of, title: of, since: from, until: to })
    const affected = [
      over(midnight - 20 * minute, midnight + 10 * minute, 'cart'),
      over(midnight - 5 * minute, midnight + 30 * minute, 'pay'),
    ]
    const { days, uptime, measured } = partOf({
      incidents: [incident({ affected, resolvedAt: midnight + 30 * minute })],
    })
    expect(days).toHaveLength(publicDays)
    expect(days.slice(-2).map(({ state, outage }) => [state, outage / minute])).toEqual([
      ['outage', 20],
      ['outage', 30],
    ])
    expect(measured).toBe(89 * day + (start - midnight))
    expect(uptime).toBeCloseTo(1 - (50 * minute) / (89 * day + (start - midnight)), 12)
  })

  test('a day without a run is not measured and takes no part in uptime', () => {
    const { days, measured, uptime } = partOf({ measured: () => [[midnight, start]] })
    expect([days[0]!.state, days.at(-1)!.state, measured, uptime]).toEqual([
      'unknown',
      'operational',
      start - midnight,
      1,
    ])
  })

  test('time before the first run and gaps are neither up nor down', () => {
    const affected = [{ check: 'cart', title: 'cart', since: start - 10 * minute }]
    const young = partOf({ incidents: [incident({ affected })], measured: () => [[start - 10 * minute, start + day]] })
    expect([young.uptime, young.measured]).toEqual([0, 10 * minute])
    const hour = 60 * minute
    const gap = partOf({
      incidents: [incident({ affected })],
      measured: check =>
        check === 'shop-internal/cart'
          ? [[start - 3 * hour, start - 2 * hour]]
          : [[start - 150 * minute, start - 100 * minute]],
    })
    expect([gap.measured, gap.uptime]).toEqual([90 * minute, 1 - 10 / 90])
    expect(gap.days.at(-1)).toMatchObject({ state: 'outage', measured: 90 * minute, outage: 10 * minute })
  })

  test('nothing measured gives no figure', () => {
    const part = partOf({ measured: () => [] })
    expect('uptime' in part).toBe(false)
  })

  test('whatever overlaps, a day has no more trouble than time', () => {
    const spell = fc.record({
      check: fc.constantFrom('cart', 'pay'),
      from: fc.integer({ min: -4 * day, max: 0 }),
      length: fc.integer({ min: 0, max: 3 * day }),
      cause: fc.constantFrom('unreachable', 'slow', 'wrong'),
    })
    fc.assert(
      fc.property(fc.array(spell, { maxLength: 12 }), spells => {
        const incidents = spells.map(({ check: of, from, length, cause }, index) =>
          incident({
            id: `i${index}`,
            cause: cause as Incident['cause'],
            openedAt: start + from,
            resolvedAt: Math.min(start, start + from + length),
            affected: [{ check: of, title: of, since: start + from, until: Math.min(start, start + from + length) }],
          }),
        )
        const { days, uptime = 1 } = partOf({ incidents })
        expect(days.every(({ outage, degraded }) => outage <= day && degraded <= day)).toBe(true)
        expect(uptime).toBeGreaterThanOrEqual(0)
        expect(uptime).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('what was not made public', () => {
  test('a system without public parts is not shown, nor what happens to it', () => {
    const status = publicStatus(facts({ systems: [systemOf('shop-internal')], incidents: [incident()] }))
    expect([status.systems, status.incidents, status.state]).toEqual([[], [], 'unknown'])
  })

  test('an incident of checks that are in no part is not shown', () => {
    const affected = [{ check: 'back-office', title: 'back office', since: start }]
    expect(publicStatus(facts({ incidents: [incident({ affected })] })).incidents).toEqual([])
  })

  test('no id, title, detail or owner of the inside gets out', () => {
    const secret = 'zx-inside'
    const inside = incident({
      id: `${secret}~1`,
      title: `${secret} title`,
      owner: secret,
      runbook: `https://${secret}.example.com`,
      acknowledgedBy: secret,
      acknowledgedAt: start,
      affected: [{ check: `${secret}-cart`, title: secret, since: start - minute, reason: 'status', detail: secret }],
      timeline: [{ at: start, kind: 'noted', by: secret, text: secret }],
    })
    const status = publicStatus(
      facts({
        systems: [systemOf('shop-internal', { status: { title: 'Shop', parts: { Ordering: ['*cart'] } } })],
        checks: [watchedCheck('shop-internal', `${secret}-cart`, { title: secret, summary: secret, owner: secret })],
        incidents: [inside],
        windows: [{ selection: [`shop-internal/${secret}-cart`], from: start, to: start + minute }],
      }),
    )
    expect(status.incidents).toHaveLength(1)
    expect(status.maintenance).toHaveLength(1)
    expect(JSON.stringify(status)).not.toMatch(/zx-inside|shop-internal/)
  })
})
