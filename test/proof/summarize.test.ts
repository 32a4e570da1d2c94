import { expect, test } from 'vitest'
import type { Row } from './prove.ts'
import { summarize } from './summarize.ts'

const row = (id: string, broken: Row['broken'], note?: string): Row => ({
  id,
  how: 'fault',
  healthy: 'passed',
  broken,
  checks: [],
  alsoRed: [],
  ...(note === undefined ? {} : { note }),
})
const known = { B: { why: 'no such browser here' } }

test('good when all is proven but what is declared to stay open', () => {
  expect(summarize([row('A', 'failed'), row('B', 'unknown', 'no such browser here')], known)).toEqual({
    text: 'cannot be proven here: B: no such browser here\n1 of 2 promises proven, 1 cannot be proven here',
    isGood: true,
  })
  expect(summarize([row('A', 'failed')], {})).toEqual({ text: '1 of 1 promises proven', isGood: true })
})

test('bad when something else is open, or when nothing was looked at', () => {
  expect(summarize([row('A', 'passed', 'broken: a passed'), row('B', 'unknown', 'x')], known)).toEqual({
    text: 'cannot be proven here: B: x\nnot proven: A healthy passed, broken passed: broken: a passed\n0 of 2 promises proven, 1 cannot be proven here',
    isGood: false,
  })
  expect(summarize([], known).isGood).toBe(false)
})
