import { describe, expect, test } from 'vitest'
import type { Reason, Result } from '../../runner/core/contracts.ts'
import {
  browserSign,
  decide,
  excuse,
  mayBeOurs,
  type Needs,
  type Sighting,
  sightingOf,
} from '../../runner/core/guard.ts'
import { needsOf } from '../../runner/core/needs.ts'
import type { Sign } from '../../runner/core/own-state.ts'
import { http } from '../../runner/probes/http.ts'
import { tcp } from '../../runner/probes/tcp.ts'
import { resultOf } from '../support/fake-watch.ts'

const far: Needs = { isJourney: false, reach: 'far', hasName: true }
const journey: Needs = { ...far, isJourney: true }
const silent: Partial<Result> = { reason: 'timeout', detail: 'no answer within 5s: no connection to shop' }

let count = 0
/** The newest run of a check, which began `ago` ms before the moment 100,000. */
function run(verdict: 'passed' | 'failed' | 'unknown', change: Partial<Result> = {}, needs = far, ago = 10): Sighting {
  count += 1
  const result = resultOf(
    { system: 'shop', check: `check-${count}` },
    { verdict, duration: 10, ...(verdict === 'failed' ? silent : {}), ...change },
  )
  return sightingOf(result, needs, 100_000 - ago + 10)
}
const failed = (change: Partial<Result> = {}, needs?: Needs, ago?: number) => run('failed', change, needs, ago)
const passed = (needs?: Needs, ago?: number) => run('passed', {}, needs, ago)
const several = (many: number, make: () => Sighting) => Array.from({ length: many }, make)

const whose = (signs: readonly Sign[], failure: Sighting, others: readonly Sighting[] = [], watched = 100) =>
  decide(
    failure,
    [failure, ...others],
    signs.map(sign => ({ sign, seenAt: 100_000, until: Number.POSITIVE_INFINITY })),
    () => watched,
  ).whose

const cut: Sign = { name: 'link', trouble: 'expected a carrier, found none', isCertain: true }
const reference: Sign = { name: 'link', trouble: 'expected the reference, found nobody', isBeyond: true }
const resolver: Sign = { name: 'resolver', trouble: 'expected a name server, found none', isCertain: true }
const sign = (name: Sign['name']): Sign => ({ name, trouble: 'expected much, found little' })

test('while we are well every failure is the target’s, be it one or 500 at once', () => {
  expect(whose([], failed(), several(499, failed))).toBe('theirs')
})

describe('trouble that is over', () => {
  const at = (seenAt: number, until: number, others: readonly Sighting[] = []) => {
    const failure = failed({}, far, 500)
    return decide(failure, [failure, ...others], [{ sign: cut, seenAt, until }], () => 100).whose
  }

  test('explains what began before its end, whenever since it was seen that was', () => {
    expect(at(99_600, 99_600)).toBe('ours')
    expect(at(99_300, 99_600)).toBe('ours')
    expect(at(99_300, 99_400)).toBe('theirs')
  })

  test('is spoken against by passes between its sight and the failure, and by none from afterwards', () => {
    const after = several(20, () => passed(far, 300))
    expect(at(99_600, 99_900, after)).toBe('ours')
    expect(at(99_750, 99_900, after)).toBe('theirs')
    const before = several(20, () => passed(far, 600))
    expect(at(99_500, 99_900, before)).toBe('ours')
    expect(at(99_300, 99_900, before)).toBe('theirs')
  })
})

test.each<[Reason, string, boolean]>([
  ['timeout', 'no answer within 5s: no connection to shop', true],
  ['connect', 'expected a connection to shop, found no way to the host (EHOSTUNREACH)', true],
  ['dns', 'expected an address for shop, found an error of the look-up (EAI_FAIL)', true],
  ['connect', 'expected a connection to shop, found it refused (ECONNREFUSED)', false],
  ['connect', 'expected a connection to shop, found it was reset (ECONNRESET)', false],
  [
    'dns',
    'expected an address for shop, found none: the name does not exist or has no such address (ENOTFOUND)',
    false,
  ],
  ['status', 'expected 200, found 503', false],
  ['tls', 'expected a valid certificate of shop, found one that has expired (CERT_HAS_EXPIRED)', false],
  ['protocol', 'expected an HTTP answer, found that the connection was reset', false],
  ['assertion', 'expected text /Welcome/, found none', false],
])('a link that is cut explains %s (%s): %s', (reason, detail, isOurs) => {
  expect(whose([cut], failed({ reason, detail }))).toBe(isOurs ? 'ours' : 'theirs')
})

test('a journey over a link that is cut may fail in more ways, but nobody answers with a status', () => {
  for (const reason of ['script', 'assertion', 'protocol', 'timeout'] as const)
    expect(whose([cut], failed({ reason, detail: 'net::ERR_INTERNET_DISCONNECTED' }, journey))).toBe('ours')
  expect(whose([cut], failed({ reason: 'connect', detail: 'net::ERR_CONNECTION_REFUSED' }, journey))).toBe('theirs')
  expect(whose([cut], failed({ reason: 'status' }, journey))).toBe('theirs')
})

test('what runs on this machine needs no link, and what is near needs no way out', () => {
  expect(whose([cut], failed({}, { ...far, reach: 'machine' }))).toBe('theirs')
  expect(whose([cut], failed({}, { ...far, reach: 'near' }))).toBe('ours')
  expect(whose([reference], failed({}, { ...far, reach: 'near' }), several(5, failed))).toBe('theirs')
})

test('a sign that is not certain waits for a second failure, and then for more failures than later passes', () => {
  expect(whose([reference], failed())).toBe('open')
  expect(whose([reference], failed(), [failed()])).toBe('ours')
  const failure = failed({}, far, 500)
  expect(whose([reference], failure, [failed(), passed(far, 400)])).toBe('ours')
  expect(whose([reference], failure, [failed(), passed(far, 400), passed(far, 300)])).toBe('open')
  expect(whose([reference], failure, [failed(), ...several(3, () => passed(far, 300))])).toBe('theirs')
})

test('whoever fails beside those that were excused needs no second one', () => {
  const beside = (excusedUntil: number) => {
    const failure = failed({}, far, 500)
    const seen = { sign: reference, seenAt: 100_000, until: Number.POSITIVE_INFINITY, excusedUntil }
    return decide(failure, [failure, passed(far, 600)], [seen], () => 100).whose
  }
  expect(beside(99_500)).toBe('ours')
  expect(beside(99_499)).toBe('open')
})

test('a pass from before, or one that needs no link, speaks against nothing', () => {
  const failure = failed({}, far, 500)
  const before = several(50, () => passed(far, 600))
  const elsewhere = several(50, () => passed({ ...far, reach: 'near' }, 100))
  expect(whose([reference], failure, [failed(), ...before, ...elsewhere])).toBe('ours')
})

test('many that pass meanwhile outweigh even a certain sign', () => {
  const failure = failed({}, far, 500)
  expect(
    whose(
      [cut],
      failure,
      several(2, () => passed(far, 100)),
    ),
  ).toBe('theirs')
  expect(whose([cut], failure, [passed(far, 100)])).toBe('ours')
})

test('where a single check is watched, it is all that there is', () => {
  expect(whose([reference], failed(), [], 1)).toBe('ours')
})

test('a name server that is silent explains a look-up that did not end, and no connection that did not come', () => {
  expect(whose([resolver], failed({ phases: [] }))).toBe('ours')
  const resolved = failed({ phases: [{ name: 'resolve', duration: 3, hop: 0 }] })
  expect(whose([resolver], resolved)).toBe('theirs')
  expect(whose([resolver], failed({ phases: [] }, { ...far, hasName: false }))).toBe('theirs')
  expect(whose([resolver], failed({ reason: 'dns', detail: 'net::ERR_NAME_NOT_RESOLVED' }, journey))).toBe('ours')
})

test('a clock that was set explains certificates, and nothing else', () => {
  const expired: Partial<Result> = { reason: 'tls', detail: 'expected a valid certificate, found one that has expired' }
  expect(whose([sign('clock')], failed(expired), [failed(expired)])).toBe('ours')
  expect(whose([sign('clock')], failed(), [failed()])).toBe('theirs')
})

test.each(['cpu', 'memory', 'disk', 'browser'] as const)('%s explains no refusal and no status, however many', name => {
  for (const change of [{ reason: 'status' }, { reason: 'connect', detail: 'it refused (ECONNREFUSED)' }] as const) {
    for (const needs of [far, journey])
      expect(
        whose(
          [sign(name)],
          failed(change, needs),
          several(9, () => failed(change, needs)),
        ),
      ).toBe('theirs')
  }
})

test('a starved machine explains what took too long; without memory pages crash; a full disk breaks tests', () => {
  const both = (name: Sign['name'], reason: Reason, needs: Needs) =>
    whose([sign(name)], failed({ reason }, needs), [failed({ reason }, needs)])
  expect(both('cpu', 'timeout', far)).toBe('ours')
  expect(both('cpu', 'assertion', journey)).toBe('ours')
  expect(both('cpu', 'assertion', far)).toBe('theirs')
  expect(both('memory', 'script', journey)).toBe('ours')
  expect(both('disk', 'script', journey)).toBe('ours')
  expect(both('disk', 'timeout', far)).toBe('theirs')
})

test('what can be nobody’s fault but the target’s is not held at all', () => {
  expect(mayBeOurs(failed({ reason: 'status', detail: 'expected 200, found 500' }))).toBe(false)
  expect(mayBeOurs(failed({ reason: 'connect', detail: 'it refused (ECONNREFUSED)' }))).toBe(false)
  expect(mayBeOurs(passed())).toBe(false)
  expect(mayBeOurs(failed())).toBe(true)
})

test('two journeys that the browser could not carry are a sign, until one passes that began later', () => {
  const lost = () => run('unknown', { reason: 'runner', detail: 'the browser was lost' }, journey, 500)
  expect(browserSign([lost()]).trouble).toBeUndefined()
  expect(browserSign([lost(), lost(), passed(far, 100)]).trouble).toMatch(/^expected the browser .*found 2 /)
  expect(browserSign([lost(), lost(), passed(journey, 900)]).trouble).toBeDefined()
  expect(browserSign([lost(), lost(), passed(journey, 100)]).trouble).toBeUndefined()
})

test('an excused run blames nobody and keeps what it said', () => {
  const result = resultOf({ system: 'shop', check: 'home' }, { verdict: 'failed', ...silent, metrics: { bytes: 3 } })
  expect(excuse(result, cut)).toEqual({
    ...result,
    verdict: 'unknown',
    reason: 'runner',
    detail:
      'own trouble (link): expected a carrier, found none; the run itself said timeout: no answer within 5s: no connection to shop',
  })
})

test.each([
  ['http://127.0.0.1:9', { reach: 'machine', hasName: false }],
  ['http://localhost:9', { reach: 'machine', hasName: false }],
  ['http://[::1]:9', { reach: 'machine', hasName: false }],
  ['http://10.1.2.3', { reach: 'near', hasName: false }],
  ['http://172.20.0.1', { reach: 'near', hasName: false }],
  ['http://172.32.0.1', { reach: 'far', hasName: false }],
  ['http://[fd00::1]', { reach: 'near', hasName: false }],
  ['https://203.0.113.7', { reach: 'far', hasName: false }],
  ['https://shop.example.com', { reach: 'far', hasName: true }],
])('what a check of %s needs', (web, needs) => {
  expect(needsOf({ probe: http('/') }, { web })).toEqual({ isJourney: false, ...needs })
})

test('of several addresses the farthest counts, and a host that a probe names itself may be anywhere', () => {
  const probe = { ...http('/'), origins: ['web', 'api'] }
  expect(needsOf({ probe }, { web: 'http://127.0.0.1:9', api: 'http://10.0.0.1' }).reach).toBe('near')
  const own = tcp({ host: '127.0.0.1', port: 9 })
  expect(needsOf({ probe: own }, { web: 'http://127.0.0.1:9' })).toMatchObject({ reach: 'far', hasName: true })
})
