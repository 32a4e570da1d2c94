import type { Objective, System } from '../core/definitions.ts'
import type { Counted } from '../core/judge-objective.ts'
import type { PeriodState } from '../core/objectives.ts'
import type { Part } from '../core/plan-objective.ts'
import type { Store } from '../core/ports.ts'
import { type Tally, tally } from '../core/sli.ts'

/** One limit of one objective, with its time; no period before a deploy. */
export interface Placed {
  readonly system: System
  readonly objective: Objective
  readonly part: Part
  readonly period?: PeriodState
  readonly waiting?: string
}

type Window = Parameters<Store['windows']>[0]

/** What a part wants to know. */
export interface Wanted extends Window {
  readonly system: string
}

/** Counts by window, each read once. */
export interface Windows {
  tally(wanted: Wanted, checks: ReadonlySet<string>): Tally
}

const nameOf = ({ from, to, durations = false }: Window) => `${from} ${to} ${durations}`

/**
 * Reads each window once: for all systems where several want it. One after the other, so that results are written in between. For 2,000
 * checks a window takes the store's thread 20 ms (5 minutes), 60 ms (a day) to 130 ms (30 days), nine of them under 0.6 s a minute.
 */
export async function readWindows(store: Pick<Store, 'windows'>, wanted: readonly Wanted[]): Promise<Windows> {
  const groups = Map.groupBy(wanted, nameOf)
  const read = new Map<string, Awaited<ReturnType<Store['windows']>>>()
  for (const [name, [first, ...others]] of groups) {
    const { system, ...window } = first!
    const alone = others.every(other => other.system === system)
    read.set(name, await store.windows(alone ? { ...window, system } : window))
  }
  return { tally: (window, checks) => tally(read.get(nameOf(window)) ?? [], window.system, checks) }
}

/** Percentiles take whole distributions. */
export const durationsFor = ({ limit: { stat } }: Part) => (stat === 'p75' || stat === 'p95' ? { durations: true } : {})

const mostFailed = 10_000

/** Runs that failed with an answer of 500 and above; of very many the newest. */
export async function countOf(
  store: Pick<Store, 'results'>,
  { system, part }: Pick<Placed, 'system' | 'part'>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Pick<Counted, 'count'>> {
  if (part.measure.sli !== 'count') return {}
  const failed = await store.results({
    system: system.id,
    triggers: ['schedule'],
    verdicts: ['failed'],
    from,
    to,
    limit: mostFailed,
  })
  const counted = failed.filter(
    ({ check, metrics, maintenance }) => part.checks.has(check) && !maintenance && (metrics['http_status'] ?? 0) >= 500,
  )
  return { count: counted.length }
}
