/** The row of the last runs and the sparkline: small enough that a page holds two thousand of them. */

import type { Result, Verdict } from '../../runner/core/contracts.ts'
import type { Strip } from '../../runner/core/ports.ts'
import { count, duration, exact } from './format.ts'
import { html, raw, type Safe } from './html.ts'
import { runPath } from './paths.ts'

type Run = Strip['runs'][number]

const pitch = 5
const height = 22

// One path a verdict keeps a row under a kilobyte. Shapes: a passed run is a low bar, a degraded one a bar with a gap, a failed
// one stands out above and below, an unknown one leaves a gap with a dot.
const bars: Readonly<Record<Verdict, (x: number) => string>> = {
  passed: x => `M${x} 6h3v13h-3z`,
  degraded: x => `M${x} 6h3v5h-3zM${x} 13h3v6h-3z`,
  failed: x => `M${x - 0.5} 0h4v22h-4z`,
  unknown: x => `M${x} 16h3v3h-3z`,
}

const order: readonly Verdict[] = ['passed', 'degraded', 'failed', 'unknown']

/** Bars of the last `length` runs, newest on the right. */
export function runBars(runs: readonly Run[], length = 30): Safe {
  if (runs.length === 0) return html`<span class="quiet">no run yet</span>`
  const shown = runs.slice(-length)
  const offset = length - shown.length
  const paths = order.map(verdict => {
    const d = shown
      .map((run, index) => (run.verdict === verdict ? bars[verdict]((offset + index) * pitch + 1) : ''))
      .join('')
    return d && `<path class="bar-${verdict}" d="${d}"/>`
  })
  const width = length * pitch
  return raw(
    `<svg class="bars" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${summary(shown)}">${paths.join('')}</svg>`,
  )
}

function summary(runs: readonly Pick<Run, 'verdict'>[]): string {
  const counts = order
    .map(verdict => [verdict, runs.filter(run => run.verdict === verdict).length] as const)
    .filter(([, many]) => many > 0)
    .map(([verdict, many]) => `${many} ${verdict}`)
  return `Last ${count(runs.length, 'run')}: ${counts.join(', ')}; newest ${runs.at(-1)!.verdict}`
}

/** A line of the p95 of consecutive groups of runs. How fast a failed run was says nothing about speed. */
export function sparkline(runs: readonly Run[], groups = 16): Safe {
  const samples = runs.filter(run => run.verdict === 'passed' || run.verdict === 'degraded').map(run => run.duration)
  if (samples.length < 2) return html``
  const size = Math.max(1, Math.ceil(samples.length / groups))
  const points: number[] = []
  for (let from = 0; from < samples.length; from += size) points.push(p95(samples.slice(from, from + size)))
  const [top, width, tall] = [Math.max(...points), 64, 20]
  const step = points.length > 1 ? width / (points.length - 1) : 0
  const line = points
    .map((point, index) => `${round(index * step)},${round(tall - 1 - (point / (top || 1)) * (tall - 3))}`)
    .join(' ')
  return raw(
    `<svg class="spark" viewBox="0 0 ${width} ${tall}" width="${width}" height="${tall}" role="img" aria-label="p95 over the last runs, highest ${duration(top)}"><polyline points="${line}"/></svg>`,
  )
}

const p95 = (samples: readonly number[]) =>
  samples.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(samples.length * 0.95) - 1)]!
const round = (value: number) => Math.round(value * 10) / 10

/** The same bars as links to their runs, oldest first. The table of runs is the way there for a keyboard. */
export function runLinks(newestFirst: readonly Result[]): Safe {
  if (newestFirst.length === 0) return html`<p class="quiet">No run yet.</p>`
  const runs = newestFirst.toReversed()
  const wide = 12
  const paths = runs.map((run, index) => {
    const label = `${exact(run.startedAt)}: ${run.verdict}${run.reason ? ` (${run.reason})` : ''}, ${duration(run.duration)}`
    const column = `<path class="hit" d="M${index * wide} 0h${wide}v44h-${wide}z"/>`
    const bar = `<path class="bar-${run.verdict}" transform="translate(${index * wide} 0) scale(2)" d="${bars[run.verdict](1)}"/>`
    return html`<a href="${runPath(run)}" tabindex="-1"><title>${label}</title>${raw(column + bar)}</a>`
  })
  const width = runs.length * wide
  return html`<div class="run-links"><svg viewBox="0 0 ${width} 44" width="${width}" height="44" aria-hidden="true">${paths}</svg></div><p class="unseen">${summary(runs)}</p>`
}
