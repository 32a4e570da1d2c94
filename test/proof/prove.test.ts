import { expect, test } from 'vitest'
import type { Verdict } from '../../runner/core/contracts.ts'
import { gateResult } from '../support/gate-results.ts'
import type { Claim, Job } from './plan.ts'
import { isProven, prove } from './prove.ts'

const claims: readonly Claim[] = [
  { check: 'health', covers: ['A'] },
  { check: 'cart', covers: ['B'] },
  { check: 'cart-again', covers: ['B'] },
  { check: 'search', covers: ['C', 'D'] },
]

/** A target of which only the given function knows what it does. */
async function proof(verdictOf: (job: Job) => Verdict, breakable: readonly string[] = ['A', 'B', 'C', 'D']) {
  const calls: (readonly Job[])[] = []
  let seed = 7
  const { rows, alsoRed } = await prove({
    claims,
    breakable,
    others: ['LOAD', 'UNBREAKABLE'],
    async run(jobs) {
      calls.push(jobs)
      return jobs.map(job =>
        gateResult(job.check, { verdict: verdictOf(job), detail: `as ${job.faults.join('+') || 'healthy'}` }),
      )
    },
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    },
    signal: new AbortController().signal,
    print: () => {},
  })
  return { rows, alsoRed, calls }
}

const honest = ({ check, faults }: Job): Verdict =>
  claims.find(claim => claim.check === check)!.covers.some(id => faults.includes(id)) ? 'failed' : 'passed'

test('checks that see their fault and nothing else prove all, in one call', async () => {
  const { rows, calls } = await proof(honest)
  expect(rows.map(row => [row.id, row.healthy, row.broken, row.alsoRed])).toEqual([
    ['A', 'passed', 'failed', []],
    ['B', 'passed', 'failed', []],
    ['C', 'passed', 'failed', []],
    ['D', 'passed', 'failed', []],
  ])
  expect(rows.every(isProven)).toBe(true)
  expect(rows[1]!.checks).toEqual(['cart', 'cart-again'])
  expect(calls).toHaveLength(1)
})

test('one of two checks that stays green leaves the promise unproven', async () => {
  const { rows } = await proof(job => (job.check === 'cart-again' && job.faults.includes('B') ? 'passed' : honest(job)))
  expect(rows[1]).toMatchObject({ id: 'B', broken: 'passed', note: 'broken: cart-again passed (as B)' })
  expect(isProven(rows[1]!)).toBe(false)
})

test('degraded is red; unknown proves nothing', async () => {
  const { rows } = await proof(job =>
    job.faults[0] === 'A' && job.faults.length === 1 && job.check === 'health'
      ? 'degraded'
      : job.faults.length === 1 && job.faults[0] === 'C' && job.check === 'search'
        ? 'unknown'
        : honest(job),
  )
  expect(rows.map(row => row.broken)).toEqual(['failed', 'failed', 'unknown', 'failed'])
})

test('a check that another fault turns red is found by splitting, and named in the row of that fault', async () => {
  const { rows, calls } = await proof(job =>
    job.check === 'search' && job.faults.includes('A') ? 'failed' : honest(job),
  )
  expect(rows.map(row => row.alsoRed)).toEqual([['search'], [], [], []])
  expect(rows.every(isProven)).toBe(true)
  expect(calls.length).toBeGreaterThan(1)
  expect(calls.at(-1)!.every(job => job.check === 'search')).toBe(true)
})

test('checks are also seen beside faults that only a load run claims', async () => {
  const slow = await proof(
    job => (job.check === 'cart' && job.faults.includes('LOAD') ? 'failed' : honest(job)),
    [...['A', 'B', 'C', 'D', 'LOAD']],
  )
  expect(slow.rows.map(row => row.id)).toEqual(['A', 'B', 'C', 'D'])
  expect([...slow.alsoRed]).toEqual([['LOAD', ['cart']]])
})

test('what is red on the healthy target is tried once more, and then not proven', async () => {
  let tries = 0
  const once = await proof(job =>
    job.check === 'health' && job.faults.length === 0 && tries++ === 0 ? 'failed' : honest(job),
  )
  expect(once.rows[0]).toMatchObject({ healthy: 'passed' })
  const always = await proof(job => (job.check === 'health' ? 'failed' : honest(job)))
  expect(always.rows[0]).toMatchObject({ healthy: 'failed', note: 'healthy: health failed (as healthy)' })
})

test('a promise that the target cannot break is a row that says so', async () => {
  const { rows } = await proof(honest, ['A', 'B', 'C'])
  expect(rows[3]).toMatchObject({ id: 'D', healthy: 'passed', broken: 'unknown', note: 'the target cannot break it' })
})

test('a promise that no check covers, and one that is known to stay open, have a row each', async () => {
  const ran: string[] = []
  const { rows } = await prove({
    claims: [...claims, { check: 'other-browser', covers: ['E'] }],
    promises: ['A', 'E', 'F', 'G'],
    breakable: ['A', 'B', 'C', 'D', 'E', 'G'],
    open: { E: { why: 'this browser is not here' }, F: { how: 'history', why: 'later' } },
    run: async jobs => {
      ran.push(...jobs.map(job => job.check))
      return jobs.map(job => gateResult(job.check, { verdict: honest(job) }))
    },
    random: () => 0.5,
    signal: new AbortController().signal,
    print: () => {},
  })
  expect(rows.map(row => row.id)).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G'])
  expect(rows[4]).toMatchObject({ how: 'fault', checks: ['other-browser'], note: 'this browser is not here' })
  expect(rows[5]).toMatchObject({ how: 'history', checks: [], note: 'later' })
  expect(rows[6]).toMatchObject({ healthy: 'unknown', broken: 'unknown', note: 'no check covers it' })
  expect(rows.filter(isProven).map(row => row.id)).toEqual(['A', 'B', 'C', 'D'])
  expect(ran).not.toContain('other-browser')
})

test('what stays unknown beside other faults is told in the rows of that check', async () => {
  const { rows } = await proof(job => (job.check === 'cart' && job.faults.includes('A') ? 'unknown' : honest(job)))
  expect(rows[1]!.note).toMatch(/^beside other faults: cart unknown/)
})
