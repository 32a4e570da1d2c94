/** Signs of state and verdict. Each has its own shape and its word, so that colour only helps. */

import type { HealthState, Verdict } from '../../runner/core/contracts.ts'
import { html, raw, type Safe } from './html.ts'

const shapes: Readonly<Record<HealthState, string>> = {
  up: '<circle cx="8" cy="8" r="5"/>',
  retrying:
    '<path d="M8 3a5 5 0 1 1-5 5" fill="none" stroke="currentColor" stroke-width="2.4"/><path d="M8 0v6L4.6 3z"/>',
  degraded: '<path d="M8 2 15 14H1z"/>',
  down: '<path d="M1 1h14v14H1z"/><path d="m5 5 6 6m0-6-6 6" class="ink" stroke-width="2"/>',
  unknown:
    '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="2.6 2.6"/>',
  maintenance: '<path d="M3 3h10v10H3z" fill="none" stroke="currentColor" stroke-width="2"/>',
  paused: '<path d="M4 3h3v10H4zM9 3h3v10H9z"/>',
}

const ofVerdict: Readonly<Record<Verdict, HealthState>> = {
  passed: 'up',
  degraded: 'degraded',
  failed: 'down',
  unknown: 'unknown',
}

export const sign = (state: HealthState): Safe =>
  raw(
    `<svg class="sign s-${state}" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">${shapes[state]}</svg>`,
  )

/** A state with its word. */
export const stateMark = (state: HealthState, word: string = state): Safe =>
  html`<span class="mark is-${state}">${sign(state)}${word}</span>`

/** A verdict with its word, in the sign of the state it speaks for. */
export const verdictMark = (verdict: Verdict, word: string = verdict): Safe =>
  html`<span class="mark is-${ofVerdict[verdict]}">${sign(ofVerdict[verdict])}${word}</span>`

/** The picture in the browser's tab: the worst state. */
export function favicon(state: HealthState): string {
  const colours: Readonly<Record<HealthState, string>> = {
    up: '#1a7f4b',
    retrying: '#b35c00',
    degraded: '#b35c00',
    down: '#c8202f',
    unknown: '#6b5fa8',
    maintenance: '#57606a',
    paused: '#57606a',
  }
  const shape = shapes[state].replaceAll('class="ink"', 'stroke="#fff"')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" color="${colours[state]}" fill="${colours[state]}">${shape}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
