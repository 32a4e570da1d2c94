/** "Which promises are kept, and who looks?" */

import type { HealthState, Verdict } from '../../runner/core/contracts.ts'
import type { Coverage, Holder } from '../../runner/core/coverage.ts'
import { ago, count } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { sign, stateMark, verdictMark } from './marks.ts'
import { checkPath, requirementsPath } from './paths.ts'

/** The last run of a check, or the last load run, that is kept. */
export interface Evidence {
  readonly verdict: Verdict
  readonly startedAt: number
  /** Of its page. */
  readonly path: string
}

export interface PromiseData extends Coverage {
  readonly by: readonly (Holder & { readonly last?: Evidence })[]
  /** Nothing covers it, and a check could. */
  readonly isGap: boolean
  /** What would cover it. */
  readonly way: string
}

export interface SystemPromises {
  readonly id: string
  readonly title: string
  readonly promises: readonly PromiseData[]
  /** How many are covered, in words. */
  readonly summary: string
}

/** Worst first. */
const standings = ['broken', 'gap', 'degraded', 'unknown', 'kept', 'open'] as const
type Standing = (typeof standings)[number]

/** How a promise stands, by the last runs of what covers it. */
export function standingOf(promise: PromiseData): Standing {
  if (promise.by.length === 0) return promise.isGap ? 'gap' : 'open'
  const verdicts = promise.by.map(({ last }) => last?.verdict ?? 'unknown')
  if (verdicts.includes('failed')) return 'broken'
  if (verdicts.includes('degraded')) return 'degraded'
  // A daily check that has not run yet takes nothing from what the others have seen.
  return verdicts.includes('passed') && promise.by.every(({ last }) => last?.verdict !== 'unknown') ? 'kept' : 'unknown'
}

const words: Readonly<Record<Standing, readonly [state: HealthState, word: string]>> = {
  broken: ['down', 'broken'],
  gap: ['degraded', 'no check'],
  degraded: ['degraded', 'degraded'],
  unknown: ['unknown', 'not known'],
  kept: ['up', 'kept'],
  open: ['paused', 'not covered'],
}

export function requirementsPage(systems: readonly SystemPromises[]): Page {
  const promised = systems.filter(({ promises }) => promises.length > 0)
  return {
    title: 'Requirements',
    here: 'requirements',
    main: html`<h1>Requirements</h1>${promised.length === 0 ? noPromises() : overview(promised)}`,
  }
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

const noPromises = (): Content =>
  html`<section class="empty"><p>No system says what it promises. Write the promises down, and let checks name them:</p>
<pre tabindex="0"><code>defineSystem('shop', {
  requirements: [{ id: 'SHOP-01', need: 'the shop opens', verify: 'probe', broken: 'an error', source: 'Contract, 2.1' }],
  checks: [check('home', { probe: http('/'), covers: ['SHOP-01'] })],
})</code></pre><p>A Playwright test covers one with the tag <code>@SHOP-01</code>.</p></section>`

function overview(systems: readonly SystemPromises[]): Content {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Promises by system" id="requirements" data-live><table>
<thead><tr><th scope="col">System</th><th scope="col" class="num">Promises</th>${standings.map(standing => html`<th scope="col" class="num">${capital(words[standing][1])}</th>`)}</tr></thead>
<tbody>${systems.map(({ id, title, promises }) => {
    const standing = promises.map(standingOf)
    return html`<tr><th scope="row"><a href="${requirementsPath(id)}">${title}</a></th><td class="num">${promises.length}</td>${standings.map(name => html`<td class="num">${standing.filter(one => one === name).length}</td>`)}</tr>`
  })}</tbody></table></div>`
}

export function systemRequirementsPage({ id, title, promises, summary }: SystemPromises, now: number): Page {
  const ranked = promises
    .map(promise => ({ promise, standing: standingOf(promise) }))
    .toSorted((a, b) => standings.indexOf(a.standing) - standings.indexOf(b.standing))
  const how = (standing: Standing) => ranked.filter(item => item.standing === standing).length
  const [worst] = ranked
  // What is covered by other means, or not yet, is no trouble of the night.
  const state = worst === undefined || worst.standing === 'open' ? 'up' : words[worst.standing][0]
  const facts = standings
    .filter(standing => how(standing) > 0)
    .map(standing => `${how(standing)} ${words[standing][1]}`)
  return {
    title: `Requirements of ${title}`,
    state,
    here: 'requirements',
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/requirements">Requirements</a> › <a href="/?system=${encodeURIComponent(id)}">${title}</a></nav>
<section class="headline is-${state}" id="headline" data-live><h1>${sign(state)}<span>${title}: ${count(promises.length, 'promise')}</span></h1>
<p>${facts.join(' · ')}</p><p class="quiet">${summary}.</p></section>
<section id="promises" data-live><h2>Worst first</h2>${ranked.length === 0 ? html`<p class="quiet">This system says nothing of what it promises.</p>` : table(id, ranked, now)}</section>`,
  }
}

const table = (
  system: string,
  ranked: readonly { readonly promise: PromiseData; readonly standing: Standing }[],
  now: number,
): Content =>
  html`<table class="kept" role="table" aria-label="Promises">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Promise</th><th role="columnheader" scope="col">Stands</th><th role="columnheader" scope="col">What is promised</th><th role="columnheader" scope="col">Covered by, and its last run</th></tr></thead>
<tbody role="rowgroup">${ranked.map(({ promise, standing }) => {
    const { id, need, broken, source, verify } = promise.requirement
    return html`<tr role="row" id="${id}"><th role="rowheader" scope="row" class="nowrap"><b>${id}</b> <span class="quiet">${verify}</span></th><td role="cell" class="nowrap">${stateMark(...words[standing])}</td><td role="cell" class="c-need"><p>${need}</p>${limits(promise)}<p class="quiet">When broken: ${broken}</p><p class="quiet">Source: ${source}</p></td><td role="cell" class="c-by">${holders(system, promise, now)}</td></tr>`
  })}</tbody></table>`

const limits = ({ limits: list }: PromiseData): Content =>
  list.length === 0
    ? ''
    : html`<p><span class="quiet">Limits:</span> ${list.map((limit, index) => html`${index > 0 ? ', ' : ''}<code>${limit}</code>`)}</p>`

function holders(system: string, { by, way }: PromiseData, now: number): Content {
  if (by.length === 0) return html`<p>Nothing. It would be covered by ${way}.</p>`
  return html`<ul>${by.map(({ kind, id, last }) => {
    const name =
      kind === 'check'
        ? html`<a href="${checkPath({ system, check: id })}">${id}</a>`
        : html`<span class="quiet">${kind}</span> ${id}`
    // An objective is judged over a window, not by a run.
    const seen = last
      ? html`${verdictMark(last.verdict)} <a href="${last.path}">${ago(last.startedAt, now)}</a>`
      : html`<span class="quiet">${kind === 'objective' ? 'over its window' : 'no run is kept'}</span>`
    return html`<li>${name} <span class="nowrap">${seen}</span></li>`
  })}</ul>`
}
