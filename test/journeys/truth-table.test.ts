import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../../runner/core/contracts.ts'
import { readZip } from '../../runner/journeys/zip.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt, systemWith } from './support.ts'

let opened: ReturnType<typeof openTestJourneys>
beforeAll(() => {
  opened = openTestJourneys()
})
afterAll(() => opened[Symbol.asyncDispose]())

describe('one invocation of every kind of test', () => {
  let outcomes: ReadonlyMap<string, Outcome>
  const source = sourceAt(join(fixtures, 'truth'), {
    retry: { attempts: 0, delay: 0 },
    env: { NOBODY: 'http://127.0.0.1:2/' },
  })
  beforeAll(async () => {
    outcomes = await runAll(opened, source)
  }, 180_000)

  test('a pass is ok, with the steps of the author and one attempt', () => {
    const saw = last(outcomes, 'truth/passes')
    expect(saw).toMatchObject({ ok: true, attempts: 1 })
    expect(saw.steps?.map(({ title, steps }) => [title, steps?.length ?? 0])).toEqual([
      ['open the shop', 1],
      ['leave', 0],
    ])
    expect(outcomes.get('truth/passes')?.browser).toMatch(/\d+\.\d+/)
  })

  test('a failed expectation is a failure, with its step, error, screenshot and the trace of the retry', () => {
    const saw = last(outcomes, 'truth/fails-an-expectation')
    expect(saw).toMatchObject({ ok: false, reason: 'assertion', attempts: 2 })
    expect(saw.detail).toContain(`Expected: "Shop"; Received: "Closed"`)
    expect(saw.detail).toContain('truth.spec.ts:16')
    expect(saw.steps?.[0]).toMatchObject({ title: 'look at the heading', error: expect.stringContaining('toHaveText') })
    expect(saw.artifacts?.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['trace', 'screenshot']))
    const path = saw.artifacts?.find(({ name }) => name === 'attempt-2-error.txt')?.path
    const error = opened.kept.find(artifact => artifact.path === path)!.data.toString()
    expect(error).toContain("> 16 |   await test.step('look at the heading'")
    expect(error).not.toContain('\u001b')
    const trace = opened.kept.find(({ kind }) => kind === 'trace')!
    expect(readZip(trace.data).map(({ name }) => name)).toContain('test.trace')
  })

  test('a timeout of the test is a failure', () => {
    expect(last(outcomes, 'truth/times-out')).toMatchObject({ ok: false, reason: 'timeout' })
  })

  test('a crashed page is a failure', () => {
    expect(last(outcomes, 'truth/crashes-its-page')).toMatchObject({ ok: false, reason: 'script' })
    expect(last(outcomes, 'truth/crashes-its-page').detail).toContain('crashed')
  })

  test('a pass at the second attempt is a pass with two attempts, the first one a failure', () => {
    const outcome = outcomes.get('truth/passes-at-the-second-attempt')!
    expect(outcome.attempts.map(({ saw }) => 'ok' in saw && saw.ok)).toEqual([false, true])
  })

  test('test.fail follows its expectation', () => {
    expect(last(outcomes, 'truth/is-expected-to-fail')).toMatchObject({ ok: true, attempts: 1 })
    expect(last(outcomes, 'truth/is-expected-to-fail-and-passes')).toMatchObject({ ok: false, reason: 'assertion' })
  })

  test('skip and fixme are listed and have no outcome', async () => {
    const { skipped } = await opened.journeys.discover(systemWith(source), source)
    expect(skipped.map(({ title }) => title)).toEqual(['is skipped', 'is to be mended'])
    expect([...outcomes.keys()].filter(id => /skipped|mended/.test(id))).toEqual([])
  })

  test('a test that skips itself saw nothing, and says why', () => {
    expect(last(outcomes, 'truth/skips-itself').fault).toContain('no stock today')
  })

  test('nobody at the address is a failed connection', () => {
    expect(last(outcomes, 'truth/finds-nobody')).toMatchObject({ ok: false, reason: 'connect' })
  })

  test('an exception of the script is a failure', () => {
    expect(last(outcomes, 'truth/throws')).toMatchObject({
      ok: false,
      reason: 'script',
      detail: expect.stringContaining('the script is wrong'),
    })
  })

  test('a title with the sign of the list is run', () => {
    expect(last(outcomes, 'truth/holds-a-in-its-title')).toMatchObject({ ok: true })
  })

  test('a serial group: who ran before stays passed, who came after saw nothing', () => {
    expect(last(outcomes, 'truth/one-after-the-other-first')).toMatchObject({ ok: true, attempts: 1 })
    expect(last(outcomes, 'truth/one-after-the-other-second')).toMatchObject({ ok: false, attempts: 2 })
    expect(last(outcomes, 'truth/one-after-the-other-third').fault).toContain('did not run')
  })
})

describe('tests that say nothing', () => {
  const source = (more = {}) => sourceAt(join(fixtures, 'setup'), { project: 'desktop', ...more })

  test('pass when their set-up project passes', async () => {
    expect(last(await runAll(opened, source()), 'orders/lists-orders')).toMatchObject({ ok: true })
  })

  test('are failed with the error of their set-up project', async () => {
    const saw = last(await runAll(opened, source({ env: { SIGN_IN: 'fails' } })), 'orders/lists-orders')
    expect(saw).toMatchObject({ ok: false, reason: 'assertion' })
    expect(saw.detail).toMatch(/^its setup failed: .*the door/)
  })

  test('are unknown when Playwright does not know them any more', async () => {
    const { checks } = await opened.journeys.discover(systemWith(source()), source())
    const gone = checks.map(check => ({
      ...check,
      test: { ...check.test, id: 'other', titlePath: ['was renamed'] },
    }))
    const saw = last(await runAll(opened, source(), { checks: gone }), 'orders/lists-orders')
    expect(saw.fault).toMatch(/without reporting this test|No tests found/)
  })

  test('are unknown when the run is interrupted', async () => {
    const stop = new AbortController()
    stop.abort()
    const outcomes = await runAll(opened, source(), { signal: stop.signal })
    expect(last(outcomes, 'orders/lists-orders').fault).toContain('interrupted')
  })
})

test('a project that needs a browser which is not there is unknown, the others are not', async () => {
  const outcomes = await runAll(
    opened,
    sourceAt(join(fixtures, 'several'), { env: { PLAYWRIGHT_BROWSERS_PATH: '/nowhere' } }),
    { only: /pays/ },
  )
  expect(last(outcomes, 'checkout/checkout-pays-on-delivery@desktop')).toMatchObject({ ok: true })
  expect(last(outcomes, 'checkout/checkout-pays-on-delivery@firefox').fault).toMatch(
    /^no browser: .*Executable doesn't exist/,
  )
})

test('no browser at all is unknown', async () => {
  await using none = openTestJourneys({ browser: async () => ({ missing: 'expected a browser, found none' }) })
  const outcomes = await runAll(none, sourceAt(join(fixtures, 'truth')), { only: /passes$/ })
  expect(last(outcomes, 'truth/passes')).toEqual({ attempts: 1, fault: 'expected a browser, found none' })
})

test('longer than the timeout of the check is a failure, though the test passed', async () => {
  const source = sourceAt(join(fixtures, 'truth'), {
    retry: { attempts: 0, delay: 0 },
    timeout: 1,
  })
  const outcomes = await runAll(opened, source, { only: /fail$/ })
  expect(last(outcomes, 'truth/is-expected-to-fail')).toMatchObject({ ok: false, reason: 'timeout' })
})
