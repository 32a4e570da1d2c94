import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BeatReport } from '../../runner/core/heartbeats.ts'
import {
  type BeatJudgement,
  type FullRule,
  type HeartbeatState,
  look,
  newHeartbeat,
  nextDue,
  nextLook,
  receive,
  setBack,
  wasBlind,
} from '../../runner/core/judge-beat.ts'
import { calendarTimetable } from '../../runner/engine/calendar.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const start = Date.UTC(2026, 0, 5, 12)

const every = (ms: number, more: Partial<FullRule> = {}): FullRule => ({
  due: { every: ms },
  grace: 2 * hour,
  parts: [],
  facts: [],
  ...more,
})
const byCalendar = (cron: string, timezone: string, more: Partial<FullRule> = {}): FullRule => ({
  ...every(0, more),
  due: { cron, timezone },
  calendar: calendarTimetable(cron, timezone),
})
const says = (kind: BeatReport['kind'], facts: BeatReport['facts'] = {}, text?: string): BeatReport => ({
  kind,
  facts,
  ...(text === undefined ? {} : { text }),
})
const told = ({ judged }: { readonly judged: readonly BeatJudgement[] }) =>
  judged.map(({ verdict, reason }) => reason ?? verdict)

/** A heartbeat that lives: looks when it wants to be looked at, as the engine does. */
function live(rule: FullRule, since = start) {
  let state: HeartbeatState = newHeartbeat(since)
  const all: BeatJudgement[] = []
  const take = <T extends { readonly state: HeartbeatState; readonly judged: readonly BeatJudgement[] }>(next: T) => {
    state = next.state
    all.push(...next.judged)
    return next
  }
  const until = (now: number) => {
    for (let at = nextLook(rule, state); at !== undefined && at <= now; at = nextLook(rule, state)) {
      take(look(rule, state, at))
    }
  }
  return {
    all,
    until,
    at(time: number, report: BeatReport) {
      until(time)
      return take(receive(rule, state, report, time))
    },
    blind: (from: number, to: number) => take(wasBlind(rule, state, { from, to })),
    clockBack: (now: number) => {
      state = setBack(state, now)
    },
    get state() {
      return state
    },
  }
}

test('a signal in time passes, a late one was missed and passes when it comes', () => {
  const job = live(every(day))
  expect(told(job.at(start + 3 * hour, says('success')))).toEqual(['passed'])
  expect(told(job.at(start + day + 4 * hour, says('success')))).toEqual(['passed'])
  job.until(start + 2 * day + 5 * hour)
  expect(told({ judged: job.all })).toEqual(['passed', 'passed'])
  job.until(start + 2 * day + 6 * hour)
  expect(job.all.at(-1)).toMatchObject({
    slot: start + 2 * day + 6 * hour,
    verdict: 'failed',
    reason: 'missed',
    detail:
      'expected a signal by 2026-01-07 18:00:00 UTC (every 1d, grace 2h), found the last at 2026-01-06 16:00:00 UTC; look whether the job ran and whether it could reach us',
    metrics: { heartbeat_age_h: 26, heartbeat_success_rate: 0 },
  })
  expect(told(job.at(start + 2 * day + 7 * hour, says('success')))).toEqual(['passed'])
})

test('silence fails once for every time that a signal was due', () => {
  const job = live(every(hour, { grace: 5 * minute }))
  job.at(start, says('success'))
  job.until(start + 5 * hour)
  expect(job.all.slice(1).map(({ slot }) => (slot - start) / minute)).toEqual([65, 125, 185, 245])
})

test('one that was never heard of is left alone until its first signal is due', () => {
  const job = live(every(day))
  job.until(start + day + 2 * hour - 1)
  expect(job.all).toEqual([])
  job.until(start + day + 2 * hour)
  expect(job.all[0]).toMatchObject({ verdict: 'failed', reason: 'missed' })
  expect(job.all[0]!.detail).toContain('found none since we listen (2026-01-05 12:00:00 UTC)')
})

test('a failure fails with its text and settles what was due', () => {
  const job = live(every(day))
  const { judged } = job.at(start + hour, says('failure', {}, 'disk full'))
  expect(judged).toMatchObject([
    {
      verdict: 'failed',
      reason: 'status',
      detail: 'expected the job to succeed, found that it failed, saying: disk full',
      metrics: { heartbeat_success_rate: 0 },
    },
  ])
  job.until(start + day + 2 * hour)
  expect(job.all).toHaveLength(1)
  job.until(start + day + 3 * hour)
  expect(job.all.at(-1)!.detail).toContain('found the last at 2026-01-05 13:00:00 UTC, a failure')
})

test('a start and its end give the duration of the job', () => {
  const job = live(every(day))
  expect(job.at(start, says('start')).judged).toEqual([])
  const { judged, duration } = job.at(start + 12 * minute, says('success'))
  expect(duration).toBe(12 * minute)
  expect(judged).toMatchObject([{ slot: start + 12 * minute, startedAt: start, duration: 12 * minute }])
})

test('a job that runs may end after its signal was due, as long as it does not take too long', () => {
  const job = live(every(day, { longest: 6 * hour }))
  job.at(start, says('success'))
  job.at(start + day, says('start'))
  job.until(start + day + 5 * hour)
  expect(told(job.at(start + day + 5 * hour, says('success')))).toEqual(['passed'])
  job.at(start + 2 * day, says('start'))
  job.until(start + 2 * day + 12 * hour)
  expect(job.all.at(-1)).toMatchObject({ slot: start + 2 * day + 6 * hour, verdict: 'failed', reason: 'timeout' })
  expect(told({ judged: job.all })).toEqual(['passed', 'passed', 'timeout'])
  const late = job.at(start + 2 * day + 12 * hour, says('success'))
  expect(told(late)).toEqual(['slow'])
  expect(late.duration).toBe(12 * hour)
})

test('a start alone is no end: it is missed all the same', () => {
  const job = live(every(day))
  job.at(start, says('success'))
  job.at(start + day, says('start'))
  job.until(start + day + 2 * hour)
  expect(job.all.at(-1)).toMatchObject({ reason: 'missed' })
  expect(job.all.at(-1)!.detail).toContain('found the last start at 2026-01-06 12:00:00 UTC')
})

test('facts are judged by the limits that were promised for them, and have to be told', () => {
  const oldest = { metric: 'oldest_backup_days', gte: 30 } as const
  const rule = every(day, { facts: [{ name: 'oldest', requirement: 'DNT-09', limit: oldest }] })
  const judged = (facts: BeatReport['facts']) => live(rule).at(start, says('success', facts)).judged[0]
  expect(judged({ oldest: 31 })).toMatchObject({ verdict: 'passed', metrics: { oldest: 31 } })
  expect(judged({ oldest: 10 })).toMatchObject({
    verdict: 'degraded',
    reason: 'limit',
    detail: 'expected oldest_backup_days >= 30 (DNT-09), found 10',
  })
  expect(judged({ age: 31 })).toMatchObject({
    verdict: 'failed',
    reason: 'contract',
    detail: 'expected the signal to tell oldest, found age 31; send them as JSON: {"oldest": 1}',
  })
})

test('what no sender has to tell is known: the rate, and how many restores succeeded', () => {
  const facts = [
    { name: 'heartbeat_success_rate', requirement: 'DNT-07', limit: { metric: 'heartbeat_success_rate', gte: 1 } },
    { name: 'restores_succeeded', requirement: 'COD-66', limit: { metric: 'restores_succeeded', gte: 1 } },
  ]
  expect(told(live(every(day, { facts })).at(start, says('success')))).toEqual(['passed'])
})

test('a part that is missing or empty fails', () => {
  const rule = every(day, { parts: ['database', 'uploads'] })
  const detail = (facts: BeatReport['facts']) => live(rule).at(start, says('success', facts)).judged[0]!.detail
  expect(detail({ database_bytes: 7, uploads_bytes: 9 })).toBeUndefined()
  expect(detail({ database_bytes: 7 })).toContain('expected the signal to tell uploads_bytes, found database_bytes 7')
  expect(detail({ database_bytes: 7, uploads_bytes: 0 })).toContain('expected the signal to tell uploads_bytes over 0')
})

test('a calendar names the hour of the zone, on both days on which clocks are changed', () => {
  const rule = byCalendar('0 3 * * *', 'Europe/London', { grace: hour })
  for (const [before, due] of [
    [Date.UTC(2026, 2, 28, 3, 10), Date.UTC(2026, 2, 29, 2)],
    [Date.UTC(2026, 9, 24, 2, 10), Date.UTC(2026, 9, 25, 3)],
  ] as const) {
    const job = live(rule, before - hour)
    job.at(before, says('success'))
    expect(nextDue(rule, job.state)).toEqual({ due, deadline: due + hour })
    job.until(due + hour - 1)
    expect(job.all).toHaveLength(1)
    job.until(due + hour)
    expect(job.all.at(-1)).toMatchObject({ slot: due + hour, reason: 'missed' })
  }
})

test('by a calendar a sender whose clock is a little ahead is in time, and every minute counts', () => {
  const nightly = live(byCalendar('0 3 * * *', 'UTC', { grace: hour }))
  nightly.at(Date.UTC(2026, 0, 6, 2, 59, 40), says('success'))
  nightly.until(Date.UTC(2026, 0, 7, 3, 59))
  expect(told({ judged: nightly.all })).toEqual(['passed'])
  const busy = live(byCalendar('* * * * *', 'UTC', { grace: minute }))
  busy.until(start + 4 * minute)
  expect(told({ judged: busy.all })).toEqual(['missed', 'missed', 'missed'])
})

test('what was due while we did not listen is unknown, once', () => {
  const job = live(every(day))
  job.at(start, says('success'))
  const { judged } = job.blind(start + day - hour, start + 4 * day)
  expect(judged).toMatchObject([
    { slot: start + 3 * day + 2 * hour, verdict: 'unknown', reason: 'runner', metrics: {} },
  ])
  expect(judged[0]!.detail).toContain('Vedette did not listen from 2026-01-06 11:00:00 UTC to 2026-01-09 12:00:00 UTC')
  job.until(start + 5 * day)
  expect(told({ judged: job.all })).toEqual(['passed', 'runner', 'runner'])
  job.until(start + 6 * day)
  expect(told({ judged: job.all }).at(-1)).toBe('missed')
})

test('a short break excuses silence in the time around which the signal is awaited, and no other', () => {
  const silent = (from: number, to: number) => {
    const job = live(every(day))
    job.at(start, says('success'))
    job.blind(start + from, start + to)
    job.until(start + day + 2 * hour)
    return told({ judged: job.all }).at(-1)
  }
  expect(silent(10 * hour, 11 * hour)).toBe('missed')
  expect(silent(day - hour, day - hour + minute)).toBe('runner')
  expect(silent(day + hour, day + hour + minute)).toBe('runner')
})

test('the end of a job that may have been told while we did not listen is unknown', () => {
  const job = live(every(day, { longest: hour }))
  job.at(start, says('start'))
  job.blind(start + 10 * minute, start + 11 * minute)
  job.until(start + 2 * hour)
  expect(told({ judged: job.all })).toEqual(['runner'])
})

test('a clock that is set back does not put off what is due', () => {
  const job = live(every(hour, { grace: minute }), start + 30 * day)
  job.at(start + 30 * day, says('success'))
  job.clockBack(start)
  job.until(start + hour + minute)
  expect(told({ judged: job.all })).toEqual(['passed', 'missed'])
})

// ---- properties -----------------------------------------------------------------------------------------------------

const rules = fc.oneof(
  fc
    .record({ period: fc.integer({ min: 3 * hour, max: 40 * day }), grace: fc.integer({ min: 0, max: 3 * hour }) })
    .map(({ period, grace }) => every(period, { grace })),
  fc
    .constantFrom('0 3 * * *', '0 */6 * * *', '30 2 * * 0', '0 0 1 * *')
    .map(cron => byCalendar(cron, 'Europe/London', { grace: hour })),
)
const reports = fc.record({
  kind: fc.constantFrom('start', 'success', 'failure'),
  facts: fc.constant({}),
}) as fc.Arbitrary<BeatReport>
const lives = fc.record({
  rule: rules,
  arrivals: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 * day }), reports), { maxLength: 12 }),
})

test('slots only grow, and each is there once', () => {
  fc.assert(
    fc.property(lives, ({ rule, arrivals }) => {
      const job = live(rule)
      let now = start
      for (const [pause, report] of arrivals) {
        now += pause
        job.at(now, report)
      }
      job.until(now + 5 * day)
      const slots = job.all.map(({ slot }) => slot)
      expect(slots).toEqual([...new Set(slots)].toSorted((a, b) => a - b))
    }),
    { numRuns: 25 },
  )
})

test('whoever sends in time is never missed; whoever is silent always is', () => {
  fc.assert(
    fc.property(rules, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (rule, shares) => {
      const job = live(rule)
      for (const share of shares) {
        const { due, deadline } = nextDue(rule, job.state)!
        const from = Math.max(job.state.base + 1, due - hour)
        job.at(Math.max(from, Math.floor(from + (deadline - 1 - from) * share)), says('success'))
      }
      expect(told({ judged: job.all })).toEqual(shares.map(() => 'passed'))
      const { deadline } = nextDue(rule, job.state)!
      job.until(deadline)
      expect(told({ judged: job.all }).at(-1)).toBe('missed')
    }),
    { numRuns: 50 },
  )
})

test('to look more often changes nothing', () => {
  fc.assert(
    fc.property(
      lives,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
      ({ rule, arrivals }, shares) => {
        const [calm, nervous] = [live(rule), live(rule)]
        let now = start
        for (const [pause, report] of arrivals) {
          for (const share of shares.toSorted((a, b) => a - b)) nervous.until(Math.floor(now + pause * share))
          now += pause
          calm.at(now, report)
          nervous.at(now, report)
        }
        expect(nervous.all).toEqual(calm.all)
        expect(nervous.state).toEqual(calm.state)
      },
    ),
    { numRuns: 25 },
  )
})

test('while we do not listen nobody is blamed for silence', () => {
  fc.assert(
    fc.property(
      rules,
      fc.integer({ min: 1, max: 60 * day }),
      fc.integer({ min: 1, max: 60 * day }),
      (rule, from, length) => {
        const job = live(rule)
        job.at(start + from, says('success'))
        const { judged } = job.blind(start + from + 1, start + from + 1 + length)
        expect(told({ judged }).filter(word => word === 'missed')).toEqual([])
      },
    ),
    { numRuns: 50 },
  )
})
