import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayMs as day, hourMs as hour, planWindow, type Range } from '../../runner/stores/window-plan.ts'

const held = { rolledTo: 10 * day, rawFrom: 5 * day + 7, hoursFrom: 2 * day }

test('raw at the edges, whole hours, whole days between', () => {
  const plan = planWindow(6 * day + 90_000, 8 * day + 3 * hour + 5, held)
  expect(plan).toEqual({
    raw: [
      [6 * day + 90_000, 6 * day + hour],
      [8 * day + 3 * hour, 8 * day + 3 * hour + 5],
    ],
    hours: [
      [6 * day + hour, 7 * day],
      [8 * day, 8 * day + 3 * hour],
    ],
    days: [[7 * day, 8 * day]],
  })
})

test('what is not rolled up yet is raw', () => {
  expect(planWindow(10 * day - hour, 11 * day, held)).toEqual({
    raw: [[10 * day, 11 * day]],
    hours: [[10 * day - hour, 10 * day]],
    days: [],
  })
})

test('without raw rows an edge moves to its hour, without hours to its day', () => {
  expect(planWindow(3 * day + 5, 4 * day + hour + 5, held)).toEqual({
    raw: [],
    hours: [[4 * day, 4 * day + hour]],
    days: [[3 * day, 4 * day]],
  })
  expect(planWindow(day + 5, 2 * day + hour + 1, held)).toEqual({
    raw: [],
    hours: [[2 * day, 2 * day + hour]],
    days: [[day, 2 * day]],
  })
})

test('windows side by side cover every moment once', () => {
  const moment = fc.integer({ min: 0, max: 12 * day })
  const holdings = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 * day }), fc.integer({ min: 0, max: 100 }))
    .map(([days, more, hours]) => {
      const hoursFrom = days * day
      const rawFrom = hoursFrom + more
      return { hoursFrom, rawFrom, rolledTo: Math.ceil(rawFrom / hour) * hour + hours * hour }
    })
  fc.assert(
    fc.property(moment, moment, moment, holdings, (a, b, c, some) => {
      const [from, middle, to] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
      const pieces = [planWindow(from, middle, some), planWindow(middle, to, some)].flatMap(all)
      expect(joined(pieces)).toEqual(joined(all(planWindow(from, to, some))))
    }),
  )
})

const all = (plan: ReturnType<typeof planWindow>): readonly Range[] => [...plan.raw, ...plan.hours, ...plan.days]

/** Neighbours become one; an overlap stays visible as two. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const result: [number, number][] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && last[1] === from) last[1] = to
    else result.push([from, to])
  }
  return result
}
