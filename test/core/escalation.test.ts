import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { type AlarmFacts, alarmFigures } from '../../runner/core/alarm-figures.ts'
import type { Severity } from '../../runner/core/contracts.ts'
import { type EscalationRule, escalated, isPlaceOf, routeAt, rulesFor } from '../../runner/core/escalation.ts'
import { causes, type Incident } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import { http } from '../../runner/probes/http.ts'
import { affectedOf, incidentOf, noon } from '../support/incidents.ts'

const minute = 60_000
const rule = (owner: string, severity: Severity, more: Partial<EscalationRule> = {}): EscalationRule => ({
  checks: [],
  causes: [],
  severity,
  owner,
  ...more,
})
const shop = (...escalation: readonly EscalationRule[]) => ({
  id: 'shop',
  escalation,
})
const named = (id: string, more: { readonly tags?: readonly string[]; readonly covers?: readonly string[] } = {}) => ({
  id,
  tags: [],
  covers: [],
  ...more,
})

describe('the first rule that fits holds', () => {
  const system = shop(
    rule('devops', 'p1', { causes: ['slow'], checks: ['!head'] }),
    rule('revenue', 'p0', { checks: ['S-1', '@money', 'shop/till', 'cart/*'], within: minute }),
    rule('backend', 'p1', { checks: ['api'], causes: ['unreachable', 'wrong'] }),
    rule('product', 'p2'),
  )
  const whose = (item: ReturnType<typeof named>, cause: (typeof causes)[number] = 'wrong') => {
    const route = routeAt(rulesFor(system, item), cause)
    return route === undefined ? 'nobody' : `${route.severity} ${route.owner}`
  }

  test.each([
    ['a promise', named('x', { covers: ['S-1'] }), 'wrong', 'p0 revenue'],
    ['another promise', named('x', { covers: ['S-2'] }), 'wrong', 'p2 product'],
    ['a tag', named('x', { tags: ['money'] }), 'silent', 'p0 revenue'],
    ['a key', named('till'), 'unreachable', 'p0 revenue'],
    ['a part of a name', named('cart/pays'), 'wrong', 'p0 revenue'],
    ['a name', named('api'), 'unreachable', 'p1 backend'],
    ['a name and another cause', named('api'), 'silent', 'p2 product'],
    ['a cause', named('till'), 'slow', 'p1 devops'],
    ['a cause, but for one check', named('head'), 'slow', 'p2 product'],
    ['nothing in particular', named('x'), 'wrong', 'p2 product'],
  ] as const)('by %s', (_, item, cause, expected) => {
    expect(whose(item, cause)).toBe(expected)
  })

  test('and none where there is none', () => {
    expect(rulesFor(shop(), named('till'))).toEqual([])
    expect(routeAt([], 'wrong')).toBeUndefined()
    expect(routeAt(rulesFor(shop(rule('revenue', 'p0', { checks: ['till'] })), named('home')), 'wrong')).toBeUndefined()
  })

  test('being slow is no reason to wake anybody, unless a rule says so of slowness', () => {
    expect(routeAt([rule('revenue', 'p0')], 'slow')).toMatchObject({ severity: 'p1', owner: 'revenue' })
    expect(routeAt([rule('revenue', 'p0', { causes: ['slow'] })], 'slow')).toMatchObject({ severity: 'p0' })
  })
})

describe('a check', () => {
  const rules = [rule('devops', 'p2', { causes: ['slow'] }), rule('revenue', 'p0', { within: minute })]
  const of = (options: { readonly severity?: Severity; readonly owner?: string } = {}) =>
    escalated(check('till', { probe: http('/'), ...options }), rules)

  test('takes severity and owner from the rule for all causes', () => {
    expect(of()).toMatchObject({ check: { severity: 'p0', owner: 'revenue' }, contradictions: [] })
    expect(of({ severity: 'p0', owner: 'revenue' }).contradictions).toEqual([])
  })

  test('keeps what it says itself, and that is told', () => {
    expect(of({ severity: 'p1' })).toMatchObject({
      check: { severity: 'p1', owner: 'revenue' },
      contradictions: [{ option: 'severity', declared: 'p0', found: 'p1' }],
    })
    expect(of({ owner: 'design' })).toMatchObject({
      check: { severity: 'p0', owner: 'design' },
      contradictions: [{ option: 'owner', declared: 'revenue', found: 'design' }],
    })
  })

  test('that no such rule means stays as it is', () => {
    const own = check('till', { probe: http('/') })
    expect(escalated(own, [])).toEqual({ check: own, contradictions: [] })
    expect(escalated(own, rules.slice(0, 1))).toEqual({ check: own, contradictions: [] })
  })
})

test('the place of a team is a notifier that hears of no other team', () => {
  const system = shop(rule('revenue', 'p0'), rule('design', 'p2'))
  const isOf = (owners: readonly string[] | undefined, owner = 'revenue') =>
    isPlaceOf({ audience: owners === undefined ? {} : { owners } }, owner, system)
  expect(isOf(['revenue'])).toBe(true)
  // A name that no rule has is nobody's.
  expect(isOf(['revenue', 'archive'])).toBe(true)
  expect(isOf(['revenue', 'design'])).toBe(false)
  expect(isOf(['design'])).toBe(false)
  expect(isOf([])).toBe(false)
  expect(isOf(undefined)).toBe(false)
})

describe('misrouted incidents', () => {
  const routes = {
    till: rule('revenue', 'p0', { within: minute }),
    home: rule('design', 'p2'),
  }
  const incident = (change: Partial<Incident> = {}) =>
    incidentOf({ cause: 'wrong', severity: 'p0', affected: [affectedOf('till')], ...change })
  const about =
    (id: string) =>
    (notifier: string, change: Partial<Notification> = {}) =>
      ({
        id: `${id}~${notifier}`,
        notifier,
        occasion: 'opened',
        incidents: [id],
        createdAt: noon,
        dueAt: noon,
        tries: 1,
        state: 'delivered',
        endedAt: noon + 2_000,
        ...change,
      }) satisfies Notification
  const sent = about(incident().id)
  const waiting = { state: 'waiting', endedAt: undefined } as never
  const dropped = { state: 'dropped' } as const

  const count = (incidents: readonly Incident[], notifications: readonly Notification[], after = 10 * minute) => {
    const facts: AlarmFacts = {
      incidents,
      notifications,
      isPublic: false,
      route: name => routes[name as keyof typeof routes],
      isPlaceOf: (notifier, owner) => notifier === owner,
      now: noon + after,
    }
    return alarmFigures['misrouted_incidents']!(facts)
  }

  test.each<[string, readonly Notification[], number | undefined, Partial<Incident>?, number?]>([
    ['its team had it', [sent('revenue')], 0],
    ['its team had it beside others', [sent('chat'), sent('revenue'), sent('design')], 0],
    ['its team had it at the last moment', [sent('revenue', { endedAt: noon + minute })], 0],
    ['its team had it late', [sent('revenue', { endedAt: noon + minute + 1 })], 1],
    ['it was told as something milder', [sent('revenue')], 1, { severity: 'p1' }],
    ['another team had it', [sent('design')], 1],
    ['one place had it', [sent('all')], 1],
    ['nobody was told', [], 1],
    ['a drill arrived and it did not', [sent('revenue', { occasion: 'drill' })], 1],
    ['something else was told', [about('other')('revenue')], 1],
    ['its team refused it', [sent('revenue', { state: 'dead' })], 1],
    ['it is on its way', [sent('revenue', waiting)], undefined, {}, minute],
    ['it has been on its way for too long', [sent('revenue', waiting)], 1, {}, minute + 1],
    ['it ended before', [sent('revenue', dropped)], undefined, { resolvedAt: noon + minute }],
    ['it ended too late for that', [sent('revenue', dropped)], 1, { resolvedAt: noon + minute + 1 }],
    ['it was given up while it went on', [sent('revenue', dropped)], 1, {}, minute],
    ['it is a drill', [], undefined, { drill: true }],
    ['nobody declared anything of it', [], undefined, { affected: [affectedOf('stranger')] }],
    ['it affects nothing', [], undefined, { affected: [] }],
  ])('where %s', (_, notifications, expected, change = {}, after) => {
    expect(count([incident(change)], notifications, after)).toBe(expected)
  })

  test('without a time a message may wait as long as it likes, but not go elsewhere', () => {
    const home = { severity: 'p2', affected: [affectedOf('home')] } as const
    expect(count([incident(home)], [sent('design', waiting)], 600 * minute)).toBeUndefined()
    expect(count([incident(home)], [sent('design', { endedAt: noon + 600 * minute })], 900 * minute)).toBe(0)
    expect(count([incident(home)], [sent('revenue')], 600 * minute)).toBe(1)
  })

  test('each is held to all of its checks, and counts once', () => {
    const both = incident({ affected: [affectedOf('till'), affectedOf('home'), affectedOf('stranger')] })
    expect(count([both], [sent('revenue'), sent('design')])).toBe(1)
    expect(count([both, incident({ id: 'other' })], [sent('revenue'), about('other')('revenue')])).toBe(1)
    expect(count([], [])).toBeUndefined()
  })

  test('whatever is on record, it is a count of those incidents or nothing', () => {
    const odd = fc.record({
      severity: fc.constantFrom('p0', 'p1', 'p2'),
      cause: fc.constantFrom(...causes),
      openedAt: fc.integer({ min: -1, max: 1 }).map(by => noon + by * minute),
      resolvedAt: fc.constantFrom(undefined, noon, Number.NaN),
      affected: fc.array(fc.constantFrom('till', 'home', '', '__proto__').map(name => affectedOf(name))),
    })
    const record = fc.record({
      notifier: fc.constantFrom('revenue', 'design', ''),
      state: fc.constantFrom('waiting', 'delivered', 'dead', 'dropped'),
      endedAt: fc.constantFrom(undefined, noon, Number.NaN, noon + 5 * minute),
    })
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 3 }), fc.array(record, { maxLength: 4 }), (incidents, records) => {
        const all = incidents.map((change, index) => incident({ ...change, id: `i${index}` } as never))
        const told = records.map((change, index) => about(`i${index % 3}`)(change.notifier, change as never))
        const found = count(all, told) ?? 0
        expect(Number.isInteger(found) && found >= 0 && found <= all.length).toBe(true)
      }),
    )
  })
})
