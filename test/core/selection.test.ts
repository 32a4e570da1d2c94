import { expect, test } from 'vitest'
import { type Selectable, select } from '../../runner/core/selection.ts'

const check = (system: string, id: string, extra: Partial<Selectable> = {}): Selectable => ({
  system,
  check: id,
  tags: [],
  covers: [],
  smoke: true,
  ...extra,
})
const checks = [
  check('shop', 'home', { tags: ['critical'] }),
  check('shop', 'checkout', { covers: ['COD-21'], tags: ['critical'] }),
  check('shop', 'limits', { covers: ['COD-32'], smoke: false }),
  check('bank', 'login'),
]
const ids = (...terms: string[]) => select(checks, terms).selected.map(item => `${item.system}/${item.check}`)

test('nothing named means all, but those that want to be named', () => {
  expect(ids()).toEqual(['shop/home', 'shop/checkout', 'bank/login'])
})

test.each([
  [['shop'], ['shop/home', 'shop/checkout']],
  [
    ['shop/home', 'bank'],
    ['shop/home', 'bank/login'],
  ],
  [['@critical'], ['shop/home', 'shop/checkout']],
  [['COD-21'], ['shop/checkout']],
  [['@COD-21'], ['shop/checkout']],
  [['!bank'], ['shop/home', 'shop/checkout']],
  [['shop', '!@critical'], []],
  [['shop/*'], ['shop/home', 'shop/checkout', 'shop/limits']],
  [['COD-32'], ['shop/limits']],
  [['shop/limits'], ['shop/limits']],
])('%j selects %j', (terms, expected) => {
  expect(ids(...terms)).toEqual(expected)
})

test('a term that fits nothing is a mistake with the nearest name', () => {
  expect(select(checks, ['shpo']).problems).toEqual([
    "expected a system, system/check, @tag or requirement, found 'shpo', which fits no check; did you mean 'shop'?",
  ])
})
