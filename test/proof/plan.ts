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
 * (3) "Only then": each check beside every fault that it does not claim, in few runs. The faults stand in a square in random order; a
 * group is all of them but one row, or all but one column. A check is run in the group without its own row, and in the one without its
 * own column: what the one leaves out, the other has. `random` is from 0 to 1, exclusive.
 */
export function foreignJobs(claims: readonly Claim[], faults: readonly string[], random: () => number): readonly Job[] {
  const groups = groupsOf(faults, random)
  return claims.flatMap(({ check, covers }) => {
    const foreign = faults.filter(fault => !covers.includes(fault))
    const fitting = groups.filter(group => !group.some(fault => covers.includes(fault)))
    const left = new Set(foreign)
    const jobs: Job[] = []
    while (left.size > 0) {
      const gainOf = (group: readonly string[]) => group.filter(fault => left.has(fault)).length
      const [best = []] = fitting.toSorted((a, b) => gainOf(b) - gainOf(a))
      // Its promises may share no row and no column: then it has an instance for itself.
      const group = gainOf(best) > 0 ? best : foreign
      jobs.push({ check, faults: group })
      for (const fault of group) left.delete(fault)
    }
    return jobs
  })
}

function groupsOf(faults: readonly string[], random: () => number): readonly (readonly string[])[] {
  const mixed = faults.map(fault => ({ fault, at: random() })).toSorted((a, b) => a.at - b.at)
  const width = Math.ceil(Math.sqrt(faults.length))
  const placeOf = new Map(mixed.map(({ fault }, index) => [fault, index]))
  const without = (isInLine: (place: number) => boolean) => faults.filter(fault => !isInLine(placeOf.get(fault)!))
  const lines = Array.from({ length: width }, (_, line) => line)
  return [
    ...lines.map(line => without(place => Math.floor(place / width) === line)),
    ...lines.map(line => without(place => place % width === line)),
  ]
}

/** The full matrix: each check beside each foreign fault alone. */
export const exhaustiveJobs = (claims: readonly Claim[], faults: readonly string[]): readonly Job[] =>
  claims.flatMap(({ check, covers }) =>
    faults.filter(fault => !covers.includes(fault)).map(fault => ({ check, faults: [fault] })),
  )

/** A check that was red in a group is run in parts of it, four at most; a single fault has none. */
export function split({ check, faults }: Job): readonly Job[] {
  if (faults.length < 2) return []
  const size = Math.ceil(faults.length / 4)
  const starts = Array.from({ length: Math.ceil(faults.length / size) }, (_, index) => index * size)
  return starts.map(start => ({ check, faults: faults.slice(start, start + size) }))
}
