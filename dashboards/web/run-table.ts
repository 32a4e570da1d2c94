import type { PhaseName, Result } from '../../runner/core/contracts.ts'
import { stackedBar } from './chart.ts'
import { duration, moment } from './format.ts'
import { type Content, html } from './html.ts'
import { verdictMark } from './marks.ts'
import { runPath } from './paths.ts'

export const phaseNames: readonly PhaseName[] = ['resolve', 'connect', 'tls', 'send', 'wait', 'transfer']

/** The time of a phase over all hops. */
export const phaseTotal = (result: Result, name: PhaseName): number =>
  result.phases.reduce((sum, phase) => (phase.name === name ? sum + phase.duration : sum), 0)

/** Runs with their evidence one link away; bars are on one scale. */
export function runTable(label: string, results: readonly Result[], now: number): Content {
  const longest = Math.max(...results.map(result => result.duration))
  const hasPhases = results.some(result => result.phases.length > 0)
  return html`<table class="runs" role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Started, UTC</th><th role="columnheader" scope="col">Verdict</th><th role="columnheader" scope="col">Why</th>${hasPhases ? html`<th role="columnheader" scope="col">Phases</th>` : ''}<th role="columnheader" scope="col" class="num">Duration</th></tr></thead>
<tbody role="rowgroup">${results.map(
    result =>
      html`<tr role="row"><th role="rowheader" scope="row" class="nowrap"><a href="${runPath(result)}">${moment(result.startedAt, now)}</a>${result.trigger === 'schedule' ? '' : html` <span class="quiet">${result.trigger}</span>`}</th><td role="cell">${verdictMark(result.verdict)}</td><td role="cell" class="why">${result.reason ? html`<b>${result.reason}</b> ` : ''}${result.detail ?? ''}${result.attempts > 1 ? html` <span class="quiet">attempt ${result.attempts}</span>` : ''}</td>${hasPhases ? html`<td role="cell" class="c-phases">${phasesOf(result, longest)}</td>` : ''}<td role="cell" class="num">${duration(result.duration)}</td></tr>`,
  )}</tbody></table>`
}

function phasesOf(result: Result, longest: number): Content {
  if (result.phases.length === 0) return ''
  return stackedBar(
    phaseNames.map(name => ({ tone: name, value: phaseTotal(result, name) })),
    longest,
  )
}
