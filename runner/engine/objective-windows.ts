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

type Stats = Awaited<ReturnType<Store['windows']>>

interface Reading {
  readonly window: Window
  readonly at: number
  readonly stats: Stats
}

export interface WindowReader {
  /** `fresh`: nothing that was read before stands for it. */
  read(wanted: readonly Wanted[], now: number, fresh: boolean): Promise<Windows>
}

const nameOf = ({ from, to, figures }: Window) => `${from} ${to} ${figures}`
const longestSlack = 300_000

/**
 * Reads each window once: for all systems where several want it. One after the other, so that results are written in between. What was
 * read less than a sixtieth of its length ago, and less than five minutes, stands for it: an hour is read every minute, a month every five.
 * For 2,000 checks a window takes the store's thread 20 ms (5 minutes) to 60 ms (30 days), all windows of an objective 0.3 s a minute.
 */
export function createWindowReader(store: Pick<Store, 'windows'>): WindowReader {
  let readings: readonly Reading[] = []
  return {
    async read(wanted, now, fresh) {
      const made: Reading[] = []
      const found = new Map<string, Stats>()
      for (const [name, [first, ...others]] of Map.groupBy(wanted, nameOf)) {
        const { system, ...shared } = first!
        const window = others.every(other => other.system === system) ? { ...shared, system } : shared
        const known = fresh ? undefined : readings.find(reading => standsFor(reading, window, now))
        const reading = known ?? { window, at: now, stats: await store.windows(window) }
        found.set(name, reading.stats)
        // What is over is not asked for again.
        if (known === undefined && window.to >= now) made.push(reading)
      }
      readings = [...made, ...readings.filter(({ at }) => now - at < longestSlack)]
      return { tally: (window, checks) => tally(found.get(nameOf(window)) ?? [], window.system, checks) }
    },
  }
}

function standsFor({ window, at }: Reading, wanted: Window, now: number): boolean {
  const slack = Math.min(longestSlack, (wanted.to - wanted.from) / 60)
  const near = (a: number, b: number) => Math.abs(a - b) < slack
  return (
    window.system === wanted.system &&
    window.figures === wanted.figures &&
    near(at, now) &&
    near(window.from, wanted.from) &&
    near(window.to, wanted.to)
  )
}

/** Percentiles take whole distributions. */
export const figuresFor = ({ limit: { stat } }: Part): Pick<Wanted, 'figures'> => ({
  figures: stat === 'p75' || stat === 'p95' ? 'durations' : 'counts',
})

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
