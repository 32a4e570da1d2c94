/** Charts that are complete without JavaScript; the island puts a live one over them, from the same numbers. */

import type { SeriesPoint } from '../../runner/core/ports.ts'
import { clock, duration } from './format.ts'
import { html, raw, type Safe } from './html.ts'

export interface Line {
  readonly name: string
  /** Class of the stroke: `p50`, `p95`, `users` … */
  readonly tone: string
  readonly values: readonly (number | null)[]
}

export interface Mark {
  readonly at: number
  readonly tone: string
}

/** Something that may explain the lines: a moment (deploy), or a time (incident, maintenance). */
export interface ChartEvent {
  readonly kind: 'deploy' | 'incident' | 'maintenance'
  readonly at: number
  readonly to?: number
  /** It has not ended; `to` is now. */
  readonly isOpen?: boolean
  readonly name: string
  /** Of its page. */
  readonly path?: string
}

export interface Chart {
  readonly id: string
  /** What is drawn and how to read it, for those who do not see it. */
  readonly label: string
  /** Positions on the time axis, milliseconds (of the epoch, or since the start when `isRelative`). */
  readonly times: readonly number[]
  readonly isRelative?: boolean
  readonly unit: 'ms' | 'count'
  readonly lines: readonly Line[]
  /** Documented limits as lines. */
  readonly limits?: readonly { readonly name: string; readonly value: number }[]
  /** Moments below the time axis: failed and unknown runs. */
  readonly marks?: readonly Mark[]
  readonly events?: readonly ChartEvent[]
}

const [width, height, left, bottom, top] = [880, 200, 52, 22, 8]

export function chart(data: Chart): Safe {
  const values = data.lines.flatMap(line => line.values.filter(value => value !== null))
  if (data.times.length === 0 || values.length === 0) {
    return html`<figure class="chart empty" id="${data.id}" data-live><figcaption>${data.label}</figcaption><p class="quiet">No figures in this time.</p></figure>`
  }
  const limits = data.limits ?? []
  const ceiling = niceCeiling(Math.max(...values, ...limits.map(limit => limit.value)))
  const [from, to] = [data.times[0]!, data.times.at(-1)!]
  const x = (time: number) => left + ((time - from) / (to - from || 1)) * (width - left - 8)
  const y = (value: number) => height - bottom - (value / ceiling) * (height - bottom - top)
  const words = (value: number) => (data.unit === 'ms' ? duration(value) : String(value))
  const grid = [0, 0.25, 0.5, 0.75, 1].map(share => {
    const at = round(y(ceiling * share))
    return `<path class="grid" d="M${left} ${at}H${width - 8}"/><text x="${left - 6}" y="${at + 4}" text-anchor="end">${words(ceiling * share)}</text>`
  })
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(share => {
    const time = from + (to - from) * share
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle'
    return `<text x="${round(x(time))}" y="${height - 4}" text-anchor="${anchor}">${data.isRelative ? duration(time) : clock(time, to)}</text>`
  })
  const lines = data.lines.map(
    line => `<path class="line t-${line.tone}" d="${pathOf(line.values, data.times, x, y)}"/>`,
  )
  const bounds = limits.map(limit => `<path class="limit" d="M${left} ${round(y(limit.value))}H${width - 8}"/>`)
  const events = shownEvents(data, from, to)
  const marks = (data.marks ?? []).map(
    mark => `<path class="mark-${mark.tone}" d="M${round(x(mark.at))} ${height - bottom}v-8"/>`,
  )
  const svg = raw(
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${data.id}-label">${[...grid, ...ticks, ...drawnEvents(events, x), ...bounds, ...lines, ...marks].join('')}</svg>`,
  )
  return html`<figure class="chart" id="${data.id}" data-live>
<figcaption id="${data.id}-label">${data.label}</figcaption>
<p class="legend">${data.lines.map(line => html`<span class="key t-${line.tone}">${line.name}</span>`)}${limits.map(limit => html`<span class="key t-limit">${limit.name}</span>`)}${[...new Set(events.map(event => event.kind))].map(kind => html`<span class="key e-${kind}">${kind}</span>`)}</p>
<div class="plot" data-chart="${JSON.stringify({ ...data, events })}">${svg}</div>
${eventList(events, to)}</figure>`
}

/** Those within the picture. */
const shownEvents = ({ events = [] }: Chart, from: number, to: number): readonly ChartEvent[] =>
  events.filter(event => event.at <= to && (event.to ?? event.at) >= from)

function drawnEvents(events: readonly ChartEvent[], x: (time: number) => number): readonly string[] {
  const deep = height - bottom - top
  const within = (time: number) => round(Math.min(width - 8, Math.max(left, x(time))))
  return events.map(({ kind, at, to }) => {
    const start = within(at)
    return to === undefined
      ? `<path class="event-${kind}" d="M${start} ${top}v${deep}"/><path class="flag" d="M${start} ${top}h7l-2 3 2 3h-7z"/>`
      : `<rect class="event-${kind}" x="${start}" y="${top}" width="${Math.max(2, round(within(to) - start))}" height="${deep}"/>`
  })
}

const mostListed = 5

/** The same in words, for those who do not see the picture, with the way to each: the newest of each kind, so that none hides another. */
function eventList(events: readonly ChartEvent[], now: number): Safe {
  if (events.length === 0) return html``
  const newest = events.toSorted((a, b) => b.at - a.at)
  const kinds = Map.groupBy(newest, ({ kind }) => kind)
  return html`<ul class="lines note">${newest
    .filter(event => kinds.get(event.kind)!.indexOf(event) < mostListed)
    .map(
      ({ kind, at, to, isOpen, name, path }) =>
        html`<li><span class="key e-${kind}">${kind}</span> ${path === undefined ? name : html`<a href="${path}">${name}</a>`} <span class="quiet">${isOpen ? 'since ' : ''}${clock(at, now)}${to === undefined || isOpen ? '' : ` to ${clock(to, now)}`} UTC</span></li>`,
    )}</ul>`
}

function pathOf(
  values: readonly (number | null)[],
  times: readonly number[],
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  let isDown = false
  return values
    .map((value, index) => {
      if (value === null) {
        isDown = false
        return ''
      }
      const isAlone = !isDown && (index + 1 >= values.length || values[index + 1] === null)
      const command = `${isDown ? 'L' : 'M'}${round(x(times[index]!))} ${round(y(value))}${isAlone ? 'h2' : ''}`
      isDown = true
      return command
    })
    .join('')
}

/** A round figure a little above, so that the axis reads well. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find(step => step * power >= value) ?? 10) * power
}

const round = (value: number) => Math.round(value * 10) / 10
const known = (value: number) => (Number.isFinite(value) ? value : null)

/** p50 and p95 over time, with the moments that were not passed. */
export function latencyChart(
  id: string,
  label: string,
  points: readonly SeriesPoint[],
  events: readonly ChartEvent[] = [],
): Safe {
  const middle = ({ from, to }: SeriesPoint) => (from + to) / 2
  return chart({
    id,
    label,
    times: points.map(middle),
    unit: 'ms',
    lines: [
      { name: 'p50', tone: 'p50', values: points.map(point => known(point.p50)) },
      { name: 'p95', tone: 'p95', values: points.map(point => known(point.p95)) },
    ],
    marks: points.flatMap(point => [
      ...(point.runs.failed > 0 ? [{ at: middle(point), tone: 'failed' }] : []),
      ...(point.runs.unknown > 0 ? [{ at: middle(point), tone: 'unknown' }] : []),
    ]),
    events,
  })
}

/** Pieces of one bar: where the time of a run went. */
export function stackedBar(parts: readonly { readonly tone: string; readonly value: number }[], total: number): Safe {
  let at = 0
  const pieces = parts.map(({ tone, value }) => {
    const piece = `<rect class="f-${tone}" x="${share(at, total)}" y="0" width="${share(value, total)}" height="10"/>`
    at += value
    return piece
  })
  return raw(`<svg class="stack-bar" width="100%" height="10" aria-hidden="true">${pieces.join('')}</svg>`)
}

/** One bar of a waterfall. */
export function spanBar(from: number, length: number, total: number, tone: string): Safe {
  return raw(
    `<svg class="span-bar" width="100%" height="12" aria-hidden="true"><rect class="rail" width="100%" height="12"/><rect class="f-${tone}" x="${share(from, total)}" width="${share(Math.max(length, total * 0.004), total)}" height="12"/></svg>`,
  )
}

const share = (part: number, total: number) => `${Math.round((part / (total || 1)) * 10_000) / 100}%`
