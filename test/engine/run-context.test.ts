import { expect, test } from 'vitest'
import { defineSystem } from '../../runner/config/system.ts'
import { RunnerFault } from '../../runner/core/fault.ts'
import { limit } from '../../runner/core/requirements.ts'
import { runContexts } from '../../runner/engine/run-context.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'

function contextOf() {
  const system = defineSystem('shop', {
    url: { web: 'https://shop.example.com', api: 'https://api.example.com:8443/v1' },
    requirements: [
      {
        id: 'SHOP-1',
        need: 'fast',
        verify: 'probe',
        threshold: [{ metric: 'http_req_duration', lt: 500 }],
        broken: 'slow',
        source: 'a test',
      },
    ],
    checks: [],
  })
  const contexts = runContexts({
    loaded: loadedWith([system]),
    system,
    clock: fakeClock(),
    version: '1.2.3',
    random: () => 0.5,
  })
  return contexts('shop~home~local~0~schedule', new AbortController().signal)
}

test('an address is found by its name, and a full URL stands for itself', () => {
  const context = contextOf()
  expect(context.url().href).toBe('https://shop.example.com/')
  expect(context.url('api').href).toBe('https://api.example.com:8443/v1')
  expect(context.url('tcp://db.internal:5432').host).toBe('db.internal:5432')
  expect(() => context.url('admin')).toThrow(RunnerFault)
  expect(() => context.url('admin')).toThrow('expected the name of an address of shop (web, api) or a full URL')
})

test('marks and credentials belong to the addresses of the system alone', () => {
  const context = contextOf()
  expect(context.ownOrigin(new URL('https://api.example.com:8443/other'))).toBe(true)
  expect(context.ownOrigin(new URL('https://api.example.com/other'))).toBe(false)
  expect(context.ownOrigin(new URL('wss://shop.example.com/live'))).toBe(true)
  expect(context.ownOrigin(new URL('http://shop.example.com/'))).toBe(false)
  expect(context.ownOrigin(new URL('https://elsewhere.example.com'))).toBe(false)
})

test('marks name the program, the run and a trace', () => {
  const { marks } = contextOf()
  expect(marks['user-agent']).toBe('Vedette/1.2.3')
  expect(marks['x-vedette-run']).toBe('shop~home~local~0~schedule')
  expect(marks['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test('a limit is found in the requirements, and an unknown one is our fault', () => {
  const context = contextOf()
  expect(context.limit(limit('SHOP-1'))).toMatchObject({ lt: 500 })
  expect(() => context.limit(limit('SHOP-2'))).toThrow(RunnerFault)
})
