/** "Is anything wrong, where, since when?" */

import type { HealthState } from '../../runner/core/contracts.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Strip, WatchedCheck, WindowStats } from '../../runner/core/ports.ts'
import { ago, count, duration, lasting, percent } from './format.ts'
import { type Content, html, type Safe } from './html.ts'
import { incidentBanner } from './incident-words.ts'
import { type Page, tabTitle } from './layout.ts'
import { sign, stateMark } from './marks.ts'
import { checkPath } from './paths.ts'
import { runBars, sparkline } from './strip.ts'
import { uptimeOf } from './uptime.ts'

/** Times over which uptime is shown. */
export const windowNames = ['24h', '7d', '30d', '90d'] as const
export type WindowName = (typeof windowNames)[number]

export interface OverviewFilter {
  /** Default: 24h. */
  readonly window?: WindowName
  readonly system?: string
  readonly state?: HealthState
  readonly tag?: string
  readonly text?: string
  /** Show every row, however many. */
  readonly all?: boolean
}

export interface OverviewData {
  readonly now: number
  readonly checks: readonly WatchedCheck[]
  readonly strips: ReadonlyMap<string, Strip>
  /** Of the last 24 hours. */
  readonly day: ReadonlyMap<string, WindowStats>
  /** Runs of the window that is shown, and its length. */
  readonly counted: ReadonlyMap<string, WindowStats>
  readonly span: number
  /** Open ones, the newest first. */
  readonly incidents: readonly Incident[]
  readonly filter: OverviewFilter
  readonly systems: readonly { readonly id: string; readonly title: string }[]
}

const windowWords: Readonly<Record<WindowName, string>> = { '24h': '24 h', '7d': '7 d', '30d': '30 d', '90d': '90 d' }
const severities = ['p0', 'p1', 'p2']
/** Worst first. */
export const worst: readonly HealthState[] = ['down', 'retrying', 'unknown', 'degraded', 'maintenance', 'paused', 'up']
const rowsAtOnce = 300

const keyOf = (check: { readonly system: string; readonly check: string }) => `${check.system}/${check.check}`

export function overviewPage(data: OverviewData): Page {
  const { checks } = data
  const state = worst.find(name => checks.some(check => stateOf(check) === name)) ?? 'up'
  const down = checks.filter(check => stateOf(check) === 'down').length
  return {
    title: tabTitle('Checks', down),
    state,
    here: 'overview',
    main:
      checks.length === 0
        ? nothingWatched()
        : html`${headline(data)}${incidentBanner(data.incidents, data.now)}${filters(data)}${table(data)}`,
  }
}

/** Those that fit the filter, and the worst of them, for which there is room. */
export function shownChecks(checks: readonly WatchedCheck[], filter: OverviewFilter) {
  const fitting = checks.filter(check => fits(check, filter)).sort(byWorst)
  return { fitting, rows: filter.all ? fitting : fitting.slice(0, rowsAtOnce) }
}

/** A check that never ran is unknown, but nothing is wrong with it yet. */
const isNew = (check: WatchedCheck) => check.health.state === 'unknown' && check.health.lastRunAt === undefined
const stateOf = (check: WatchedCheck): HealthState => check.health.state

function byWorst(a: WatchedCheck, b: WatchedCheck): number {
  return (
    worst.indexOf(stateOf(a)) - worst.indexOf(stateOf(b)) ||
    Number(isNew(a)) - Number(isNew(b)) ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    (stateOf(a) === 'up' ? 0 : a.health.since - b.health.since) ||
    keyOf(a).localeCompare(keyOf(b))
  )
}

function fits(check: WatchedCheck, filter: OverviewFilter): boolean {
  const text = filter.text?.toLowerCase()
  return (
    (filter.system === undefined || check.system === filter.system) &&
    (filter.state === undefined || stateOf(check) === filter.state) &&
    (filter.tag === undefined || check.tags.includes(filter.tag) || check.covers.includes(filter.tag)) &&
    (!text || `${keyOf(check)} ${check.title} ${check.summary} ${check.covers.join(' ')}`.toLowerCase().includes(text))
  )
}

/** One sentence that can be read from across the room. */
function headline({ checks, now }: OverviewData): Content {
  const of = (state: HealthState) => checks.filter(check => stateOf(check) === state && !isNew(check))
  const waiting = checks.filter(isNew).length
  const state = worst.find(name => of(name).length > 0) ?? 'unknown'
  const there = of(state)
  const first = there.toSorted((a, b) => a.health.since - b.health.since)[0]
  const all = count(checks.length, 'check')
  const words: Readonly<Record<HealthState, Content>> = {
    down: html`${there.length} of ${all} ${there.length === 1 ? 'is' : 'are'} down`,
    retrying: html`${there.length} of ${all} failed just now, not yet down`,
    unknown:
      waiting === checks.length
        ? `Waiting for the first runs of ${all}`
        : html`${there.length} of ${all} cannot be judged`,
    degraded: html`${there.length} of ${all} ${there.length === 1 ? 'is' : 'are'} over a threshold`,
    maintenance: html`Nothing is wrong; ${there.length} of ${all} in maintenance`,
    paused: html`Nothing is wrong; ${there.length} of ${all} paused`,
    up: there.length === checks.length ? `All ${all} are up` : `${there.length} of ${all} are up`,
  }
  const isWrong = first !== undefined && state !== 'up'
  return html`<section class="headline is-${state}" id="headline" data-live>
<h1>${sign(state)}${words[state]}</h1>
<p>${isWrong ? html`${there.length > 1 ? 'Longest: ' : ''}<a href="${checkPath(first)}">${keyOf(first)}</a>, for ${lasting(first.health.since, now)}` : newest(checks, now)}${
    waiting > 0 && waiting < checks.length ? html` <span class="quiet">· ${waiting} not run yet</span>` : ''
  }</p>
</section>`
}

function newest(checks: readonly WatchedCheck[], now: number): Content {
  const last = Math.max(...checks.map(check => check.health.lastRunAt ?? 0))
  return last > 0 ? html`Newest run ${ago(last, now)}` : 'Results appear here as soon as the first run ends.'
}

function filters({ checks, filter, systems }: OverviewData): Content {
  const link = (change: OverviewFilter, word: Content, isOn: boolean, bad = false) =>
    html`<li><a class="chip${bad ? ' is-bad' : ''}" href="${filterPath({ ...filter, ...change })}"${isOn ? html` aria-current="true"` : ''}>${word}</a></li>`
  const states = worst
    .map(state => ({ state, many: checks.filter(check => stateOf(check) === state).length }))
    .filter(({ state, many }) => many > 0 || filter.state === state)
  const tags = [...new Set(checks.flatMap(check => check.tags))].sort()
  return html`<nav class="filters" aria-label="Filters" id="filters" data-live>
<ul>${link({ state: undefined } as unknown as OverviewFilter, html`All <b>${checks.length}</b>`, filter.state === undefined)}${states.map(
    ({ state, many }) => link({ state }, html`${stateMark(state)} <b>${many}</b>`, filter.state === state),
  )}</ul>
${
  systems.length > 1
    ? html`<ul>${link({ system: undefined } as unknown as OverviewFilter, 'All systems', filter.system === undefined)}${systems.map(
        ({ id, title }) => {
          const state = worst.find(name => checks.some(check => check.system === id && stateOf(check) === name)) ?? 'up'
          return link({ system: id }, html`${sign(state)}${title}`, filter.system === id)
        },
      )}</ul>`
    : ''
}
<ul class="windows"><li class="quiet">Uptime over</li>${windowNames.map(window =>
    link({ window }, windowWords[window], (filter.window ?? '24h') === window),
  )}</ul></nav>
<form class="search" role="search" method="get" action="/">
${filter.window ? html`<input type="hidden" name="window" value="${filter.window}">` : ''}${filter.system ? html`<input type="hidden" name="system" value="${filter.system}">` : ''}${filter.state ? html`<input type="hidden" name="state" value="${filter.state}">` : ''}
<label for="q">Find</label><input id="q" name="q" type="search" value="${filter.text ?? ''}" placeholder="check, title, COD-13">
${
  tags.length > 0
    ? html`<span class="field"><label for="tag">Tag</label><select id="tag" name="tag"><option value="">any</option>${tags.map(
        tag => html`<option${tag === filter.tag ? html` selected` : ''}>${tag}</option>`,
      )}</select></span>`
    : ''
}
<button>Show</button>
</form>`
}

/** The address of a view, so that it can be sent to a colleague. */
export function filterPath(filter: OverviewFilter): string {
  const query = new URLSearchParams()
  if (filter.window && filter.window !== '24h') query.set('window', filter.window)
  if (filter.system) query.set('system', filter.system)
  if (filter.state) query.set('state', filter.state)
  if (filter.tag) query.set('tag', filter.tag)
  if (filter.text) query.set('q', filter.text)
  if (filter.all) query.set('all', '1')
  return query.size > 0 ? `/?${query}` : '/'
}

function table(data: OverviewData): Content {
  const { filter } = data
  const { fitting, rows } = shownChecks(data.checks, filter)
  if (fitting.length === 0) {
    return html`<section id="checks" data-live class="empty"><p>No check fits this view. <a href="/">Show all ${data.checks.length}</a>.</p></section>`
  }
  return html`<section id="checks" data-live>
<table class="checks" role="table">
<caption class="unseen">Checks, worst first</caption>
<thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">Check</th><th role="columnheader" scope="col">Last runs</th><th role="columnheader" scope="col" class="num">p95, 24 h</th><th role="columnheader" scope="col" class="num">Uptime, ${windowWords[filter.window ?? '24h']}</th><th role="columnheader" scope="col" class="num">Last run</th>
</tr></thead>
<tbody role="rowgroup">${rows.map(check => row(data, check))}</tbody>
</table>
${rows.length < fitting.length ? html`<p>${fitting.length - rows.length} more. <a href="${filterPath({ ...filter, all: true })}">Show all ${fitting.length}</a></p>` : ''}
</section>`
}

function row({ now, strips, day, counted, span }: OverviewData, check: WatchedCheck): Safe {
  const key = keyOf(check)
  const state = stateOf(check)
  const runs = strips.get(key)?.runs ?? []
  const stats = day.get(key)
  const uptime = uptimeOf(counted.get(key), check.interval, span)
  const isQuiet = state === 'up' || state === 'paused'
  const detail = isQuiet ? check.summary : (check.last?.detail ?? check.summary)
  return html`<tr role="row" class="is-${isNew(check) ? 'new' : state}" id="row-${key}">
<td role="cell" class="c-state">${stateMark(state, isNew(check) ? 'new' : state)}<span class="since">${isNew(check) ? '' : lasting(check.health.since, now)}</span></td>
<th role="rowheader" scope="row" class="c-check"><a href="${checkPath(check)}">${check.check}</a> <span class="system">${check.system}</span>${check.severity === 'p0' ? html` <span class="sev">P0</span>` : ''}<span class="detail">${detail}</span></th>
<td role="cell" class="c-runs">${runBars(runs)}</td>
<td role="cell" class="c-p95 num">${sparkline(runs)}<span>${duration(stats?.p95)}</span></td>
<td role="cell" class="c-up num"><span>${percent(uptime.ratio)}</span><span class="quiet" title="share of the expected runs that could be judged">${percent(uptime.coverage, 0)} covered</span></td>
<td role="cell" class="c-last num">${ago(check.health.lastRunAt, now)}</td>
</tr>`
}

function nothingWatched(): Content {
  return html`<section class="empty"><h1>Nothing is watched yet</h1>
<p>Add a check to <code>vedette.config.ts</code>; Vedette takes the change as soon as the file is saved:</p>
<pre tabindex="0"><code>import { check, defineConfig, defineSystem, http } from 'vedette'

export default defineConfig({
  systems: [
    defineSystem('shop', {
      url: 'https://shop.example.com',
      checks: [check('home', { probe: http('/', { expect: { status: 200 } }), every: '30s' })],
    }),
  ],
})</code></pre>
<p><code>vedette validate</code> says whether the configuration is good.</p></section>`
}
