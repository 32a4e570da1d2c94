/** The proof of a system: healthy, then each fault alone, then every check beside every fault that is not its own. */

import type { Result } from '../../runner/core/contracts.ts'
import { type Claim, exhaustiveJobs, foreignJobs, healthyJobs, instanceOf, type Job, ownJobs, split } from './plan.ts'

export type Colour = 'passed' | 'failed' | 'unknown'

/** A line of proof.json: what was seen of one promise. */
export interface Row {
  readonly id: string
  readonly how: 'fault' | 'history' | 'config'
  /** The worst verdict of its checks on a target that breaks nothing. */
  readonly healthy: Colour
  /** `failed` only when every check that claims the promise turned red. */
  readonly broken: Colour
  /** The checks that claim it. */
  readonly checks: readonly string[]
  /** Other checks that were red beside this fault alone. */
  readonly alsoRed: readonly string[]
  /** Why it is not proven, or what to know about how it was. */
  readonly note?: string
}

/** A promise that cannot be proven on this machine, or not yet. */
export interface Open {
  /** How it would be. Default: `fault`. */
  readonly how?: Row['how']
  readonly why: string
}

export interface Suite {
  readonly claims: readonly Claim[]
  /** All that must have a row, whether or not a check claims it. Default: what the checks claim. */
  readonly promises?: readonly string[]
  /** What the target can break. */
  readonly breakable: readonly string[]
  /** Promises that are known to stay open: checks for nothing else are not run. */
  readonly open?: Readonly<Record<string, Open>>
  /** Each check alone beside each foreign fault, in place of groups. */
  readonly exhaustive?: boolean
  /** Promises that something else than these checks holds the target to (load): the checks must stay green beside them too. */
  readonly others?: readonly string[]
  /** Runs each job; instances with equal faults are shared within one call, and new in the next. */
  run(jobs: readonly Job[]): Promise<readonly Result[]>
  readonly random: () => number
  /** Ends the search for the faults behind surprises. */
  readonly signal: AbortSignal
  print(line: string): void
}

/** As with `--strict`: over a threshold is red. */
export const colourOf = ({ verdict }: Pick<Result, 'verdict'>): Colour => (verdict === 'degraded' ? 'failed' : verdict)

export const isProven = (row: Row): boolean => row.healthy === 'passed' && row.broken === 'failed'

interface Seen {
  readonly job: Job
  readonly result: Result
}

export interface Proof {
  readonly rows: readonly Row[]
  /** Checks that a fault which they do not claim turns red, by fault. */
  readonly alsoRed: ReadonlyMap<string, readonly string[]>
}

export async function prove(suite: Suite): Promise<Proof> {
  const { open = {}, print } = suite
  const claims = suite.claims.filter(({ covers }) => covers.length === 0 || covers.some(id => !(id in open)))
  const ids = [...new Set([...(suite.promises ?? []), ...suite.claims.flatMap(claim => claim.covers)])].toSorted()
  const faults = ids.filter(id => suite.breakable.includes(id) && !(id in open))
  const healthy = healthyJobs(claims)
  const own = ownJobs(claims, faults)
  const others = (suite.others ?? []).filter(id => suite.breakable.includes(id) && !faults.includes(id))
  const foreign = suite.exhaustive
    ? exhaustiveJobs(claims, [...faults, ...others])
    : // A system that is slow under load would make all else late, so these stand in a group of their own.
      [
        ...foreignJobs(claims, faults, suite.random),
        ...(others.length > 0 ? claims.map(({ check }) => ({ check, faults: others })) : []),
      ]
  const instances = new Set([...healthy, ...own, ...foreign].map(job => instanceOf(job.faults))).size
  print(
    `${claims.length} checks, ${faults.length} faults: ${healthy.length} runs healthy, ${own.length} of each fault alone, ${foreign.length} beside the others, against ${instances} instances`,
  )
  const seen = await run(suite, [...healthy, ...own, ...foreign])
  const healthySeen = await again(suite, seen.slice(0, healthy.length))
  const ownSeen = seen.slice(healthy.length, healthy.length + own.length)
  const { culprits, unseen } = await bisect(suite, seen.slice(healthy.length + own.length))
  const evidence = { claims, faults, healthySeen, ownSeen, unseen, alsoRed: culprits }
  const rows = ids.map(id => {
    const known = open[id]
    return known ? openRow(id, known, suite.claims) : rowOf(id, evidence)
  })
  return { rows, alsoRed: culprits }
}

const openRow = (id: string, { how = 'fault', why }: Open, claims: readonly Claim[]): Row => ({
  id,
  how,
  healthy: 'unknown',
  broken: 'unknown',
  checks: checksFor(id, claims),
  alsoRed: [],
  note: why,
})

const checksFor = (id: string, claims: readonly Claim[]) =>
  claims.filter(({ covers }) => covers.includes(id)).map(({ check }) => check)

async function run(suite: Suite, jobs: readonly Job[]): Promise<readonly Seen[]> {
  if (jobs.length === 0) return []
  const results = await suite.run(jobs)
  return jobs.map((job, index) => ({ job, result: results[index]! }))
}

/** What was not green on the healthy target gets the second attempt that it has in real life as well. */
async function again(suite: Suite, seen: readonly Seen[]): Promise<readonly Seen[]> {
  const red = seen.filter(({ result }) => colourOf(result) !== 'passed')
  if (red.length === 0) return seen
  for (const { job, result } of red)
    suite.print(`healthy, yet ${job.check} is ${result.verdict}: ${result.detail ?? ''}; once more`)
  const second = await run(
    suite,
    red.map(({ job }) => job),
  )
  return seen.map(item => second.find(({ job }) => job === item.job) ?? item)
}

interface Surprises {
  /** The checks that each fault turns red as well. */
  readonly culprits: ReadonlyMap<string, readonly string[]>
  /** What stayed unknown: these were not seen green beside these faults. */
  readonly unseen: readonly Seen[]
}

/** A surprise is split until the one fault that causes it stands alone. */
async function bisect(suite: Suite, first: readonly Seen[]): Promise<Surprises> {
  const culprits = new Map<string, string[]>()
  const alone = new Set<string>()
  const settled = await onceMore(suite, first)
  const unseen = settled.filter(({ result }) => colourOf(result) === 'unknown')
  let surprises = redOf(suite, settled)
  while (surprises.length > 0 && !suite.signal.aborted) {
    for (const { job, result } of surprises) {
      const [fault] = job.faults
      const key = `${job.check} ${fault}`
      if (job.faults.length > 1 || alone.has(key)) continue
      alone.add(key)
      suite.print(`${fault} turns ${job.check} red as well: ${result.detail ?? ''}`)
      culprits.set(fault!, [...(culprits.get(fault!) ?? []), job.check])
    }
    const parts = surprises.flatMap(({ job }) => split(job))
    // Groups of one check overlap: what stood alone once needs no second proof.
    const next = [...new Map(parts.map(job => [`${job.check} ${job.faults.join('+')}`, job]))]
      .filter(([key]) => !alone.has(key))
      .map(([, job]) => job)
    if (next.length > 0) suite.print(`${next.length} runs to find the faults behind surprises`)
    surprises = redOf(suite, await run(suite, next))
  }
  return { culprits, unseen }
}

/** A busy moment is no surprise: what was not green beside a group is looked at once more. What stays unknown is split by nobody. */
async function onceMore(suite: Suite, seen: readonly Seen[]): Promise<readonly Seen[]> {
  const wanted = seen.filter(({ result }) => colourOf(result) !== 'passed')
  if (wanted.length > 0) suite.print(`${wanted.length} runs beside other faults once more`)
  const second = await run(
    suite,
    wanted.map(({ job }) => job),
  )
  return seen.map(item => second.find(({ job }) => job === item.job) ?? item)
}

function redOf({ print }: Suite, seen: readonly Seen[]): readonly Seen[] {
  for (const { job, result } of seen) {
    if (colourOf(result) === 'unknown')
      print(`${job.check} beside ${instanceOf(job.faults)} is unknown: ${result.detail ?? ''}`)
  }
  return seen.filter(({ result }) => colourOf(result) === 'failed')
}

interface Evidence {
  readonly claims: readonly Claim[]
  readonly faults: readonly string[]
  readonly healthySeen: readonly Seen[]
  readonly ownSeen: readonly Seen[]
  readonly unseen: readonly Seen[]
  readonly alsoRed: ReadonlyMap<string, readonly string[]>
}

function rowOf(id: string, { claims, faults, healthySeen, ownSeen, unseen, alsoRed }: Evidence): Row {
  const checks = checksFor(id, claims)
  const healthy = healthySeen.filter(({ job }) => checks.includes(job.check))
  const own = ownSeen.filter(({ job }) => job.faults[0] === id)
  const notes = [
    ...(checks.length > 0 ? [] : ['no check covers it']),
    ...(faults.includes(id) ? [] : ['the target cannot break it']),
    ...healthy.filter(({ result }) => colourOf(result) !== 'passed').map(seen => `healthy: ${told(seen)}`),
    ...own.filter(({ result }) => colourOf(result) !== 'failed').map(seen => `broken: ${told(seen)}`),
    ...unseen.filter(({ job }) => checks.includes(job.check)).map(seen => `beside other faults: ${told(seen)}`),
  ]
  return {
    id,
    how: 'fault',
    healthy: worst(healthy, ['failed', 'unknown', 'passed']),
    // One check that stays green is a hole, however red the others are.
    broken: own.length === 0 ? 'unknown' : worst(own, ['passed', 'unknown', 'failed']),
    checks,
    alsoRed: alsoRed.get(id) ?? [],
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  }
}

const told = ({ job, result }: Seen) =>
  `${job.check} ${result.verdict}${result.detail === undefined ? '' : ` (${result.detail.slice(0, 300)})`}`

const worst = (seen: readonly Seen[], order: readonly Colour[]): Colour =>
  order.find(colour => seen.some(({ result }) => colourOf(result) === colour)) ?? 'unknown'
