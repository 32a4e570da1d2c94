import { describe, expect, test } from 'vitest'
import { createFakeWatch, healthOf, resultOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { pageAlarms } from '../support/page-alarms.ts'
import { read, section, words } from './browse.ts'
import { serve } from './support.ts'
import { day, home, minute, scene } from './trouble-scene.ts'

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
    expect(section(text, 'schedule')).toContain("Dead man's switch none")
    watch.set({ deadMansSwitch: { every: minute, lastAskedAt: start - 10 * minute } })
    expect(section((await read(server, '/self')).text, 'schedule')).toContain(
      "Dead man's switch 10 min ago late: due every 1 min",
    )
  })
})
