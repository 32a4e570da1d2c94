/** Figures and times as people read them. Every time is UTC and says so; a missing figure is a dash. */

import { html, type Safe } from './html.ts'

export const dash = '–'

/** `212 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return dash
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`
  return span(ms)
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** A time that went by, in at most two units: `14 min`, `3 h 20 min`. */
export function span(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size)
  if (first < 0) return '0 s'
  const [name, size] = units[first]!
  const full = `${Math.floor(ms / size)} ${name}`
  const next = units[first + 1]
  // Seconds beside minutes only while they matter.
  if (!next || (name === 'min' && ms >= 10 * 60_000) || (name === 'd' && ms >= 10 * 86_400_000)) return full
  const rest = Math.floor((ms % size) / next[1])
  return rest > 0 ? `${full} ${rest} ${next[0]}` : full
}

/** `99.93 %`, never rounded up to a promise that was not kept. */
export function percent(ratio: number | undefined, digits = 2): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return dash
  const scale = 10 ** digits
  // The epsilon mends binary fractions such as 0.29 * 100 before rounding down.
  const floored = Math.floor(ratio * 100 * scale + 1e-9) / scale
  return `${ratio >= 1 ? '100' : floored.toFixed(digits)} %`
}

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} kB`
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`
  return `${(count / 1_000_000_000).toFixed(2)} GB`
}

export const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))

/** `14,318`. */
export const whole = (value: number): string => value.toLocaleString('en-US')

export const count = (many: number, one: string, more = `${one}s`): string =>
  `${whole(many)} ${many === 1 ? one : more}`

const iso = (at: number) => new Date(at).toISOString()

/** `2026-01-05 12:03:09 UTC`. */
export const exact = (at: number): string => `${iso(at).slice(0, 10)} ${iso(at).slice(11, 19)} UTC`

/** `12:03:09`, with the date when it is not the day of `now`. */
export function clock(at: number, now: number): string {
  const [day, time] = [iso(at).slice(0, 10), iso(at).slice(11, 19)]
  return day === iso(now).slice(0, 10) ? time : `${day} ${time.slice(0, 5)}`
}

/** How long ago, with the exact time at hand. The live island keeps it counting. */
export function ago(at: number | undefined, now: number): Safe {
  if (at === undefined) return html`<span class="quiet">never</span>`
  return html`<time datetime="${iso(at)}" title="${exact(at)}" data-ago>${span(Math.max(0, now - at))} ago</time>`
}

/** How long something lasts already. */
export function lasting(since: number, now: number): Safe {
  return html`<time datetime="${iso(since)}" title="since ${exact(since)}" data-for>${span(Math.max(0, now - since))}</time>`
}

/** How long until something happens. */
export const until = (at: number, now: number): Safe =>
  html`<time datetime="${iso(at)}" title="${exact(at)}" data-until>${at > now ? `in ${span(at - now)}` : 'now'}</time>`

export const moment = (at: number, now: number): Safe =>
  html`<time datetime="${iso(at)}" title="${exact(at)}">${clock(at, now)}</time>`
