/** Which check has to be seen beside which fault, in as few instances of the target as possible. Pure. */

/** A check and the faults that it is there to see. */
export interface Claim {
  readonly check: string
  readonly covers: readonly string[]
}

/** One run of one check against a target that breaks `faults`. */
export interface Job {
  readonly check: string
  readonly faults: readonly string[]
}

/** Names an instance: equal faults share one. */
export const instanceOf = (faults: readonly string[]): string => (faults.length === 0 ? 'healthy' : faults.join('+'))

/** (1) The whole suite against a target that breaks nothing. */
export const healthyJobs = (claims: readonly Claim[]): readonly Job[] =>
  claims.map(({ check }) => ({ check, faults: [] }))

/** (2) Every check against each fault that it claims, alone. */
export const ownJobs = (claims: readonly Claim[], faults: readonly string[]): readonly Job[] =>
  claims.flatMap(({ check, covers }) =>
    covers.filter(fault => faults.includes(fault)).map(fault => ({ check, faults: [fault] })),
  )

/**
 * (3) "Only then": groups of faults, random halves, so that each check is run at least once beside each fault that it does not claim,
 * and never in a group with one that it does. `random` is from 0 to 1, exclusive.
 */
export function foreignJobs(claims: readonly Claim[], faults: readonly string[], random: () => number): readonly Job[] {
  const left = new Map(
    claims.map(({ check, covers }) => [check, new Set(faults.filter(fault => !covers.includes(fault)))]),
  )
  const jobs: Job[] = []
  for (;;) {
    const open = claims.filter(({ check }) => left.get(check)!.size > 0)
    if (open.length === 0) return jobs
    const [group] = candidates(open, left, faults, random)
      .map(halves => ({ halves, gain: gainOf(open, left, halves) }))
      .toSorted((a, b) => b.gain - a.gain)
    for (const { check, covers } of open) {
      if (!isUseful(group!.halves, covers, left.get(check)!)) continue
      jobs.push({ check, faults: group!.halves })
      for (const fault of group!.halves) left.get(check)!.delete(fault)
    }
  }
}

const tries = 64

/** Random halves; and one fault alone, which always helps, so that there is an end. */
function candidates(
  open: readonly Claim[],
  left: ReadonlyMap<string, ReadonlySet<string>>,
  faults: readonly string[],
  random: () => number,
): readonly (readonly string[])[] {
  const [alone] = left.get(open[0]!.check)!
  return [[alone!], ...Array.from({ length: tries }, () => faults.filter(() => random() < 0.5))]
}

const isUseful = (group: readonly string[], covers: readonly string[], left: ReadonlySet<string>) =>
  !group.some(fault => covers.includes(fault)) && group.some(fault => left.has(fault))

const gainOf = (
  open: readonly Claim[],
  left: ReadonlyMap<string, ReadonlySet<string>>,
  group: readonly string[],
): number =>
  open
    .filter(({ check, covers }) => isUseful(group, covers, left.get(check)!))
    .reduce((sum, { check }) => sum + group.filter(fault => left.get(check)!.has(fault)).length, 0)

/** A check that was red in a group is run in both halves of it; a single fault cannot be halved. */
export function halve({ check, faults }: Job): readonly Job[] {
  if (faults.length < 2) return []
  const middle = Math.ceil(faults.length / 2)
  return [faults.slice(0, middle), faults.slice(middle)].map(half => ({ check, faults: half }))
}
