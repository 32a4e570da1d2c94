import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import type { Observation } from '../../runner/core/contracts.ts'
import type { Probe } from '../../runner/core/definitions.ts'
import { RunnerFault } from '../../runner/core/fault.ts'
import { judge, toResult } from '../../runner/core/judge.ts'
import { type RunContext, runCheck } from '../../runner/engine/run-check.ts'
import { fakeClock } from '../support/fake-clock.ts'

const ok: Observation = { ok: true }
const down: Observation = { ok: false, reason: 'status', detail: 'expected 200, found 500' }
const probe = (...answers: (() => Promise<Observation>)[]): Probe => {
  const queue = [...answers]
  return { kind: 'test', summary: 'test', observe: () => queue.shift()!() }
}
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

function context(
  signal: AbortSignal = new AbortController().signal,
): RunContext & { clock: ReturnType<typeof fakeClock> } {
  return {
    clock: fakeClock(),
    signal,
    url: () => new URL('http://127.0.0.1'),
    limit: () => ({ metric: 'm', lt: 1 }),
    reveal: text => String(text),
    marks: {},
    ownOrigin: () => true,
  }
}

test('a failure is repeated after the delay, and the last attempt counts', async () => {
  const run = context()
  const done = runCheck(
    check('c', {
      probe: probe(
        async () => down,
        async () => ok,
      ),
      retry: { attempts: 1, delay: '5s' },
    }),
    run,
  )
  await run.clock.advance(4_999)
  expect(run.clock.pending).toBe(1)
  await run.clock.advance(1)
  const outcome = await done
  expect(outcome.attempts.map(attempt => judge(attempt.saw).verdict)).toEqual(['failed', 'passed'])
  const result = toResult(
    { system: 's', check: 'c', environment: 'e', location: 'l', slot: 1, trigger: 'schedule', version: '0' },
    outcome,
  )
  expect(result).toMatchObject({
    verdict: 'passed',
    attempts: 2,
    earlier: [{ reason: 'status', detail: 'expected 200, found 500' }],
  })
})

test('what a probe throws is ours: unknown, not repeated', async () => {
  for (const error of [new RunnerFault('no file handles left'), new Error('a bug')]) {
    const outcome = await runCheck(check('c', { probe: probe(() => Promise.reject(error)) }), context())
    expect(outcome.attempts).toHaveLength(1)
    expect(judge(outcome.attempts[0].saw)).toMatchObject({ verdict: 'unknown', reason: 'runner' })
  }
})

test('a shutdown is not downtime, even when the probe reports a failure because of it', async () => {
  const stop = new AbortController()
  const run = context(stop.signal)
  const observe: Probe['observe'] = ({ signal }) =>
    hang(signal).catch(() => ({ ok: false, reason: 'timeout', detail: 'no answer' }))
  const done = runCheck(check('c', { probe: { kind: 'test', summary: '', observe } }), run)
  await run.clock.advance(1)
  stop.abort('SIGTERM')
  expect(judge((await done).attempts[0].saw)).toMatchObject({
    verdict: 'unknown',
    detail: expect.stringContaining('interrupted'),
  })
})

test('a shutdown in the pause before a retry ends the run at once as unknown', async () => {
  const stop = new AbortController()
  const run = context(stop.signal)
  const done = runCheck(check('c', { probe: probe(async () => down), retry: { attempts: 1, delay: '1h' } }), run)
  await run.clock.advance(1)
  stop.abort('SIGTERM')
  expect(judge((await done).attempts.at(-1)!.saw).verdict).toBe('unknown')
})

test('the deadline of the check reaches the probe', async () => {
  const run = context()
  const observe: Probe['observe'] = ({ signal }) =>
    hang(signal).catch(error => ({ ok: false, reason: 'timeout', detail: (error as Error).name }))
  const done = runCheck(
    check('c', { probe: { kind: 'test', summary: '', observe }, timeout: '30s', retry: { attempts: 0 } }),
    run,
  )
  await run.clock.advance(30_000)
  expect((await done).attempts[0]).toMatchObject({
    duration: 30_000,
    saw: { reason: 'timeout', detail: 'TimeoutError' },
  })
})

test('a figure over its threshold is degraded: slow when it is a time, limit otherwise', () => {
  const breach = (metric: string) =>
    judge({ ok: true, breaches: [{ requirement: 'A-1', metric, value: 1_234.567, limit: `${metric} < 500` }] })
  expect(breach('http_req_duration_ms')).toEqual({
    verdict: 'degraded',
    reason: 'slow',
    detail: 'expected http_req_duration_ms < 500 (A-1), found 1235',
  })
  expect(breach('tls_cert_days_left')).toMatchObject({ verdict: 'degraded', reason: 'limit' })
})

test('a probe that ignores its signal is given up, as our own fault', async () => {
  const run = context()
  const done = runCheck(check('deaf', { probe: probe(() => new Promise(() => undefined)), timeout: '1s' }), run)
  await run.clock.advance(6_000)
  const [attempt] = (await done).attempts
  expect(attempt.saw).toMatchObject({ fault: expect.stringContaining('found it running 5000 ms later') })
  expect(run.clock.pending).toBe(0)
})

test('the time that we kept a run waiting is no part of its duration', async () => {
  const run = context()
  const observe: Probe['observe'] = async ({ clock, waited }) => {
    await clock.sleep(300)
    waited?.(100)
    waited?.(50)
    return ok
  }
  const done = runCheck(check('c', { probe: { kind: 'test', summary: '', observe } }), run)
  await run.clock.advance(300)
  expect((await done).attempts[0]).toMatchObject({ duration: 150, saw: { ok: true } })
})

test.for([
  [101, 'unknown'],
  [100, 'failed'],
] as const)('a timeout of which we took %s of 1000 ms is %s', async ([kept, verdict]) => {
  const run = context()
  const observe: Probe['observe'] = ({ signal, waited }) =>
    hang(signal).catch(() => {
      waited?.(kept)
      return { ok: false, reason: 'timeout', detail: 'no answer' }
    })
  const done = runCheck(
    check('c', { probe: { kind: 'test', summary: '', observe }, timeout: '1s', retry: { attempts: 0 } }),
    run,
  )
  await run.clock.advance(1_000)
  expect(judge((await done).attempts[0].saw).verdict).toBe(verdict)
})
