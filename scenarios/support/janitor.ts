/** Removes what runs of more than a day ago have left behind, because they were killed before their own clean-up. */

import { expect, test } from '#vedette/playwright'

const day = 86_400_000

export interface Leftover {
  readonly id: string
  /** What carries the mark of the run: a name, an e-mail address, a text. */
  readonly mark: string
  /** ISO 8601, or epoch milliseconds. */
  readonly createdAt: string | number
}

/** One kind of record that journeys create. */
export interface LeftoverKind {
  /** All records that may be left over; those of others and of today may be among them. */
  list(): Promise<readonly Leftover[]>
  remove(id: string): Promise<unknown>
}

/**
 * The body of a pack's `janitor/leftovers.spec.ts`: of each kind it removes what is marked `synthetic-` and older than a day, and fails
 * when something of that stays. `metric` is the fixture.
 */
export async function removeLeftovers(
  kinds: Readonly<Record<string, LeftoverKind>>,
  metric: (name: string, value: number) => void,
  now = Date.now(),
): Promise<void> {
  for (const [name, { list, remove }] of Object.entries(kinds)) {
    await test.step(name, async () => {
      const old = await oldOnes(list, now)
      for (const { id } of old) await remove(id)
      metric(`leftover_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`, old.length)
      const left = old.length === 0 ? [] : await oldOnes(list, now)
      expect(left, `${name} of earlier runs that cannot be removed`).toEqual([])
    })
  }
}

async function oldOnes(list: LeftoverKind['list'], now: number): Promise<readonly Leftover[]> {
  return (await list()).filter(({ mark, createdAt }) => {
    const age = now - new Date(createdAt).getTime()
    if (Number.isNaN(age)) throw new Error(`expected the time that '${mark}' was created at, found '${createdAt}'`)
    return mark.includes('synthetic-') && age > day
  })
}
