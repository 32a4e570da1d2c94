import { expect, test } from 'vitest'
import { RunnerFault } from '../../runner/index.ts'
import { cutShort, troubleOf } from '../../runner/probes/parts/trouble.ts'

const failure = (code: string, more: object = {}) => Object.assign(new Error(`${code} happened`), { code, ...more })

test.for(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL', 'ENETDOWN', 'EAI_AGAIN'])('%s is our own', code => {
  expect(() => troubleOf(failure(code), 'connect', 'a:1')).toThrow(RunnerFault)
  expect(() => troubleOf(new Error('wrapped', { cause: failure(code) }), 'wait', 'a:1')).toThrow(`(${code} at a:1)`)
})

test.for([
  [
    'resolve',
    'ENOTFOUND',
    'dns',
    'expected an address for a:1, found none: the name does not exist or has no such address (ENOTFOUND)',
  ],
  ['resolve', 'EAI_FAIL', 'dns', 'expected an address for a:1, found an error of the look-up (EAI_FAIL)'],
  ['connect', 'ETIMEDOUT', 'connect', 'expected a connection to a:1, found no answer to our first packet (ETIMEDOUT)'],
  ['connect', 'EHOSTUNREACH', 'connect', 'expected a connection to a:1, found no way to the host (EHOSTUNREACH)'],
  ['tls', 'CERT_REVOKED', 'tls', 'expected a valid certificate of a:1, found one that was revoked (CERT_REVOKED)'],
  ['wait', 'EWHATEVER', 'protocol', 'expected an HTTP answer, found: EWHATEVER happened (EWHATEVER)'],
] as const)('%s: %s', ([stage, code, reason, detail]) => {
  expect(troubleOf(failure(code), stage, 'a:1')).toEqual({ reason, detail })
})

test('of several addresses the error that says most decides', () => {
  const errors = [
    failure('EADDRNOTAVAIL'),
    failure('ENETUNREACH'),
    failure('ECONNREFUSED', { address: '10.0.0.1', port: 80 }),
  ]
  expect(troubleOf(new AggregateError(errors), 'connect', 'a:80')).toEqual({
    reason: 'connect',
    detail: 'expected a connection to a:80 (10.0.0.1:80), found it refused (ECONNREFUSED)',
  })
  expect(() => troubleOf(new AggregateError([failure('EADDRNOTAVAIL')]), 'connect', 'a:80')).toThrow(RunnerFault)
  expect(() => troubleOf(failure('ENETUNREACH'), 'connect', 'a:80')).toThrow('this machine has no route')
})

test('a deadline is a timeout, a stop is ours', () => {
  const aborted = (name: string) => ({ signal: AbortSignal.abort(new DOMException('x', name)), timeout: 5_000 })
  expect(cutShort(aborted('TimeoutError'), 'nothing came')).toEqual({
    reason: 'timeout',
    detail: 'no answer within 5s: nothing came',
  })
  expect(() => cutShort(aborted('AbortError'), 'nothing came')).toThrow(new RunnerFault('interrupted'))
})
