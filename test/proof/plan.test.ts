import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Claim, exhaustiveJobs, foreignJobs, healthyJobs, instanceOf, ownJobs, split } from './plan.ts'

const ids = Array.from({ length: 12 }, (_, index) => `F-${String(index).padStart(2, '0')}`)

const someClaims: fc.Arbitrary<readonly Claim[]> = fc
  .array(fc.subarray(ids, { maxLength: 3 }), { minLength: 1, maxLength: 15 })
  .map(covers => covers.map((list, index) => ({ check: `check-${index}`, covers: list })))

test('every check is run beside every fault that is not its own, and beside none that is', () => {
  fc.assert(
    fc.property(
      someClaims,
      fc.subarray(ids),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (claims, faults, stream) => {
        const jobs = foreignJobs(claims, faults, () => stream.next().value as number)
        for (const { check, covers } of claims) {
          const beside = new Set(jobs.filter(job => job.check === check).flatMap(job => job.faults))
          expect([...beside].toSorted()).toEqual(faults.filter(fault => !covers.includes(fault)))
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('a check of one promise is run twice, in groups that others share', () => {
  const many = Array.from({ length: 49 }, (_, index) => `F-${index}`)
  const claims = many.map(id => ({ check: id, covers: [id] }))
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const jobs = foreignJobs(claims, many, random)
  expect(jobs).toHaveLength(2 * 49)
  expect(new Set(jobs.map(job => instanceOf(job.faults))).size).toBe(14)
})

test('the full matrix: each check beside each foreign fault alone', () => {
  const claims = [
    { check: 'a', covers: ['x'] },
    { check: 'b', covers: [] },
  ]
  expect(exhaustiveJobs(claims, ['x', 'y'])).toEqual([
    { check: 'a', faults: ['y'] },
    { check: 'b', faults: ['x'] },
    { check: 'b', faults: ['y'] },
  ])
})

test('healthy: each check once; own: each check with each of its faults that the target can break', () => {
  const claims = [
    { check: 'a', covers: ['F-00', 'F-01'] },
    { check: 'b', covers: ['F-99'] },
  ]
  expect(healthyJobs(claims)).toEqual([
    { check: 'a', faults: [] },
    { check: 'b', faults: [] },
  ])
  expect(ownJobs(claims, ids)).toEqual([
    { check: 'a', faults: ['F-00'] },
    { check: 'a', faults: ['F-01'] },
  ])
})

test('splitting ends at one fault', () => {
  expect(split({ check: 'a', faults: ['v', 'w', 'x', 'y', 'z'] })).toEqual([
    { check: 'a', faults: ['v', 'w'] },
    { check: 'a', faults: ['x', 'y'] },
    { check: 'a', faults: ['z'] },
  ])
  expect(split({ check: 'a', faults: ['x', 'y'] })).toEqual([
    { check: 'a', faults: ['x'] },
    { check: 'a', faults: ['y'] },
  ])
  expect(split({ check: 'a', faults: ['x'] })).toEqual([])
})
