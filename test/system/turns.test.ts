import { expect, test } from 'vitest'
import type { Observation } from '../../runner/core/contracts.ts'
import { http } from '../../runner/probes/http.ts'
import { tls } from '../../runner/probes/tls.ts'
import { createTurns } from '../../runner/system/turns.ts'
import { answer, badServer, says } from '../support/bad-server.ts'
import { selfSigned } from '../support/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { observe, probeRun } from '../support/probe-run.ts'

function setUp() {
  const clock = fakeClock()
  const turns = createTurns({ most: 2, hold: 20, timer: clock.timer })
  const begun: string[] = []
  const take = (name: string) => turns.take(() => begun.push(name))
  return { clock, begun, take }
}

test('few begin at a time, the others in the order they came', () => {
  const { begun, take } = setUp()
  const [a, b] = ['a', 'b', 'c', 'd'].map(take)
  expect(begun).toEqual(['a', 'b'])
  b!.leave()
  expect(begun).toEqual(['a', 'b', 'c'])
  b!.leave()
  expect(begun).toEqual(['a', 'b', 'c'])
  a!.leave()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
})

test('who leaves before the turn came never begins, and gives nothing back', () => {
  const { begun, take } = setUp()
  const [a, , c] = ['a', 'b', 'c', 'd', 'e'].map(take)
  c!.leave()
  expect(begun).toEqual(['a', 'b'])
  a!.leave()
  expect(begun).toEqual(['a', 'b', 'd'])
})

test('a turn without end is over after a while, and counts once', async () => {
  const { clock, begun, take } = setUp()
  const [a] = ['a', 'b', 'c', 'd', 'e', 'f'].map(take)
  await clock.advance(19)
  expect(begun).toEqual(['a', 'b'])
  await clock.advance(1)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  a!.leave()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  await clock.advance(20)
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  await clock.advance(20)
  expect(clock.pending).toBe(0)
})

const many = Array.from({ length: 12 })
const total = ({ phases = [] }: Observation) => phases.reduce((sum, phase) => sum + phase.duration, 0)

test('of many handshakes at once those that wait are told, and all succeed', async () => {
  await using server = await badServer(says(answer('hello')), { tls: selfSigned({ names: ['127.0.0.1'] }) })
  const waits: number[] = []
  const probe = http('/', { verify: false })
  const seen = await Promise.all(many.map(() => observe(probe, { url: server.url, onWait: ms => waits.push(ms) })))
  expect(seen.every(({ ok }) => ok)).toBe(true)
  expect(waits).toHaveLength(many.length - 4)
  expect(waits.every(ms => ms > 0)).toBe(true)
})

test('the time that one waited for its turn is in none of its phases', async () => {
  await using server = await badServer(says(answer('hello')), { tls: selfSigned({ names: ['127.0.0.1'] }) })
  await using silent = await badServer({})
  const stop = new AbortController()
  const stopped = Promise.allSettled(
    many.map(() => observe(tls(), { url: `https://127.0.0.1:${silent.port}`, signal: stop.signal })),
  )
  const started = performance.now()
  let waited = 0
  const seen = await observe(http('/', { verify: false }), {
    url: server.url,
    onWait(ms) {
      waited += ms
    },
  })
  const whole = performance.now() - started
  stop.abort(new DOMException('enough', 'AbortError'))
  await stopped
  expect(seen.ok).toBe(true)
  expect(waited).toBeGreaterThan(0)
  expect(total(seen) + waited).toBeLessThanOrEqual(whole)
})

test.for([
  ['http', http('/', { verify: false })],
  ['tls', tls()],
] as const)('a turn that does not come in time is our trouble, not the target’s (%s)', async ([, probe]) => {
  await using silent = await badServer({})
  const url = `https://127.0.0.1:${silent.port}`
  const stop = new AbortController()
  const before = Promise.allSettled([1, 2, 3, 4].map(() => observe(probe, { url, signal: stop.signal })))
  const deadline = new AbortController()
  const late = probe.observe(probeRun({ url, timeout: 1_000, signal: deadline.signal }))
  // In the same turn of the loop, so that none of the places before it can have been given on.
  deadline.abort(new DOMException('no end', 'TimeoutError'))
  await expect(late).rejects.toThrow('overload: expected a turn for the TLS handshake within 1s')
  stop.abort(new DOMException('enough', 'AbortError'))
  await before
})
