/** Whether a deploy made things worse: latency, steps and failures before and after it, and how sure that is. */

import type { Result } from './contracts.ts'
import { formatDuration } from './duration.ts'
import { corrected, median, rankTest, shareTest } from './rank-test.ts'

export type Change = 'worse' | 'better' | 'same' | 'unclear'

/** One figure before and after. */
export interface Compared {
  readonly system: string
  readonly check: string
  /** A step of the journey; absent: the whole run. */
  readonly step?: string
  readonly what: 'latency' | 'failures'
  readonly runs: { readonly before: number; readonly after: number }
  /** Median in ms, or the ratio of failed runs. NaN without runs. */
  readonly before: number
  readonly after: number
  /** How likely such a difference comes by chance, after correction for how many were looked at. */
  readonly p: number
  readonly change: Change
  /** In words: `median 412ms → 655ms (+59 %), very sure (p < 0.001, 120 and 118 runs)`. */
  readonly statement: string
}

export interface DeployComparison {
  readonly change: Change
  /** `worse: 2 of 14 figures (checkout, pay)`. */
  readonly statement: string
  /** Worse ones first, then better ones, then the rest. */
  readonly figures: readonly Compared[]
}

// Under so many runs a side no difference can be told.
const fewest = 8
const sureFrom = 0.05
// What nobody would notice is no change, however sure it is.
const leastShare = 0.05
const leastMs = 5

/** Compares scheduled runs before a deploy with those after it. */
export function compareDeploy(before: readonly Result[], after: readonly Result[]): DeployComparison {
  const [old, now] = [figuresOf(before), figuresOf(after)]
  const keys = [...new Set([...old.keys(), ...now.keys()])]
  const raw = keys.map(key => {
    const [a, b] = [old.get(key), now.get(key)]
    const about = (a ?? b)!
    return { about, before: a?.values ?? [], after: b?.values ?? [] }
  })
  const ps = raw.map(({ about, before, after }) =>
    Math.min(before.length, after.length) < fewest
      ? Number.NaN
      : about.what === 'latency'
        ? rankTest(before, after).p
        : shareTest(sum(before), before.length, sum(after), after.length),
  )
  const known = corrected(ps.filter(p => !Number.isNaN(p)))
  let next = 0
  const figures = raw.map((item, index) => figure(item, Number.isNaN(ps[index]!) ? undefined : known[next++]!))
  const order: readonly Change[] = ['worse', 'better', 'unclear', 'same']
  figures.sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change) || a.p - b.p)
  return { ...summary(figures), figures }
}

// ---- figures --------------------------------------------------------------------------------------------------------

type About = Pick<Compared, 'system' | 'check' | 'step' | 'what'>
interface Samples {
  readonly about: About
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Latency of what answered, per check and per step of its journey; failures as 0 and 1 of what could be judged. */
function figuresOf(results: readonly Result[]) {
  const figures = new Map<string, About & { readonly values: number[] }>()
  const add = (about: About, value: number) => {
    const key = [about.system, about.check, about.step ?? '', about.what].join('\n')
    const known = figures.get(key)
    if (known === undefined) figures.set(key, { ...about, values: [value] })
    else known.values.push(value)
  }
  for (const result of results) {
    const { system, check, verdict, steps, duration } = result
    if (result.trigger !== 'schedule' || result.maintenance || verdict === 'unknown') continue
    add({ system, check, what: 'failures' }, verdict === 'failed' ? 1 : 0)
    if (verdict === 'failed') continue
    add({ system, check, what: 'latency' }, duration)
    // A step that comes several times in a run counts once, with all its time.
    for (const [step, same] of Map.groupBy(steps, ({ title }) => title))
      add({ system, check, step, what: 'latency' }, sum(same.map(item => item.duration)))
  }
  return figures
}

function figure({ about, before, after }: Samples, p: number | undefined): Compared {
  const middle = about.what === 'latency' ? median : mean
  const [old, now] = [middle(before), middle(after)]
  const change = p === undefined ? 'unclear' : changeOf(about.what, old, now, p)
  const runs = { before: before.length, after: after.length }
  const words = { ...about, runs, before: old, after: now, p: p ?? 1, change }
  return { ...words, statement: describe(words) }
}

function changeOf(what: Compared['what'], before: number, after: number, p: number): Change {
  const difference = after - before
  const isSmall = what === 'latency' && Math.abs(difference) < Math.max(leastMs, before * leastShare)
  if (p >= sureFrom || isSmall || difference === 0) return 'same'
  return difference > 0 ? 'worse' : 'better'
}

function describe({ what, before, after, p, change, runs }: Omit<Compared, 'statement'>): string {
  const many = `${runs.before} and ${runs.after} runs`
  if (change === 'unclear') return `no difference can be told with ${many}: at least ${fewest} on each side are needed`
  const sure = `${sureness(p)} (p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}, ${many})`
  if (what === 'failures') {
    const shares = `failed runs ${percent(before)} → ${percent(after)}`
    return change === 'same' ? `${shares}: no difference that could be told (${many})` : `${shares}, ${sure}`
  }
  const share = Math.round((after / before - 1) * 100)
  const medians = `median ${formatDuration(before)} → ${formatDuration(after)}`
  if (change !== 'same') return `${medians} (${share > 0 ? '+' : '−'}${Math.abs(share)} %), ${sure}`
  return `${medians}: no difference ${p < sureFrom ? 'that matters' : 'that could be told'} (${many})`
}

const sureness = (p: number) => (p < 0.001 ? 'very sure' : p < 0.01 ? 'sure' : 'likely')
const percent = (ratio: number) => `${Number((ratio * 100).toFixed(1))} %`
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => (values.length === 0 ? Number.NaN : sum(values) / values.length)

// ---- the whole ------------------------------------------------------------------------------------------------------

function summary(figures: readonly Compared[]): Pick<DeployComparison, 'change' | 'statement'> {
  const worse = figures.filter(({ change }) => change === 'worse')
  const better = figures.filter(({ change }) => change === 'better')
  const told = figures.filter(({ change }) => change !== 'unclear')
  const parts = [
    ...(worse.length > 0 ? [`worse: ${namesOf(worse)}`] : []),
    ...(better.length > 0 ? [`better: ${namesOf(better)}`] : []),
  ]
  if (parts.length > 0) return { change: worse.length > 0 ? 'worse' : 'better', statement: parts.join('; ') }
  if (told.length === 0) return { change: 'unclear', statement: 'too few runs yet to tell a difference' }
  return { change: 'same', statement: `no difference that could be told in ${told.length} figures` }
}

/** `checkout is slower (median 412ms → 655ms …), home fails more`. */
function namesOf(figures: readonly Compared[]): string {
  const said = figures.map(
    ({ check, step, what, change, statement }) =>
      `${check}${step === undefined ? '' : ` › ${step}`} ${verbs[what][change as 'worse' | 'better']}: ${statement}`,
  )
  const more = said.length - 3
  return `${said.slice(0, 3).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

const verbs = {
  latency: { worse: 'is slower', better: 'is faster' },
  failures: { worse: 'fails more', better: 'fails less' },
} as const
