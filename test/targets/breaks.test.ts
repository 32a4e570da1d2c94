import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spreadBreaks } from './breaks.ts'

const breakable = { shop: ['COD-13', 'COD-14', 'COD-41'], clinic: ['DEN-04'] }

test('ids are spread over the systems that can break them', () => {
  expect(spreadBreaks('cod-14, DEN-04,COD-13', breakable)).toEqual(
    new Map([
      ['shop', ['COD-14', 'COD-13']],
      ['clinic', ['DEN-04']],
    ]),
  )
  expect(spreadBreaks(undefined, breakable)).toEqual(
    new Map([
      ['shop', []],
      ['clinic', []],
    ]),
  )
})

test('an id that no system can break is refused with those near it, or with all', () => {
  expect(spreadBreaks('COD-14,COD-44', breakable)).toBe(
    "expected --break with ids of promises that a reference system can break, found 'COD-44' (COD-14?); known: COD-13, COD-14, COD-41",
  )
  for (const empty of ['', ' , '])
    expect(spreadBreaks(empty, breakable)).toBe(
      'expected --break with ids of promises such as COD-13, found none (an unset variable?); leave it out to break nothing',
    )
  expect(spreadBreaks('nonsense', breakable)).toMatch(/found 'NONSENSE'; known: COD-13, COD-14, COD-41, DEN-04$/)
})

test('npm start refuses such an id before it starts anything', () => {
  const demo = join(import.meta.dirname, 'demo.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo, '--break', 'COD-99'], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/found 'COD-99' \(COD-\d\d\?\); known: COD-01, /)
})
