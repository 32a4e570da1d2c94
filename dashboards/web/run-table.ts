import type { PhaseName, Result } from '../../runner/core/contracts.ts'
import { stackedBar } from './chart.ts'
import { duration, moment } from './format.ts'
import { type Content, html } from './html.ts'
import { verdictMark } from './marks.ts'
import { runPath } from './paths.ts'

const names: readonly PhaseName[] = ['resolve', 'connect', 'tls', 'send', 'wait', 'transfer']

const total = (result: Result, name: PhaseName) =>
  result.phases.reduce((sum, phase) => (phase.name === name ? sum + phase.duration : sum), 0)

/** Colours of the phases, where any run has phases. */
export function phaseLegend(results: readonly Result[]): Content {
  if (!results.some(result => result.phases.length > 0)) return ''
  return html`<p class="legend">${names.map(name => html`<span class="key f-${name}">${name}</span>`)}</p>`
}

/** Runs with their evidence one link away; bars are on one scale. */
export function runTable(results: readonly Result[], now: number): Content {
  const longest = Math.max(...results.map(result => result.duration))
  const hasPhases = results.some(result => result.phases.length > 0)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table class="runs">
<thead><tr><th scope="col">Started, UTC</th><th scope="col">Verdict</th><th scope="col">Why</th>${hasPhases ? html`<th scope="col">Phases</th>` : ''}<th scope="col" class="num">Duration</th></tr></thead>
<tbody>${results.map(
    result =>
      html`<tr><th scope="row" class="nowrap"><a href="${runPath(result)}">${moment(result.startedAt, now)}</a>${result.trigger === 'schedule' ? '' : html` <span class="quiet">${result.trigger}</span>`}</th><td>${verdictMark(result.verdict)}</td><td class="why">${result.reason ? html`<b>${result.reason}</b> ` : ''}${result.detail ?? ''}${result.attempts > 1 ? html` <span class="quiet">attempt ${result.attempts}</span>` : ''}</td>${hasPhases ? html`<td class="c-phases">${phasesOf(result, longest)}</td>` : ''}<td class="num">${duration(result.duration)}</td></tr>`,
  )}</tbody></table></div>`
}

function phasesOf(result: Result, longest: number): Content {
  if (result.phases.length === 0) return ''
  return stackedBar(
    names.map(name => ({ tone: name, value: total(result, name) })),
    longest,
  )
}
