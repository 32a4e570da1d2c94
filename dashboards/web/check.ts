/** "Since when, how often, how slow?" */

import type { PhaseName, Result, Verdict } from '../../runner/core/contracts.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { SeriesPoint, WatchedCheck, WindowStats } from '../../runner/core/ports.ts'
import { type ChartEvent, latencyChart, spanBar } from './chart.ts'
import { ago, count, duration, lasting, percent, span, until } from './format.ts'
import { type Content, html } from './html.ts'
import { incidentMark } from './incident-words.ts'
import type { Page } from './layout.ts'
import { sign } from './marks.ts'
import { checkPath, incidentPath, requirementsPath } from './paths.ts'
import { phaseNames, phaseTotal, runTable } from './run-table.ts'
import { runLinks } from './strip.ts'
import { uptimeOf } from './uptime.ts'

/** A covered requirement in the words of its document. */
export interface Promised {
  readonly id: string
  readonly need: string
  readonly broken: string
  readonly source: string
  readonly limits: readonly string[]
}

export const ranges = ['24h', '7d', '30d'] as const
export type Range = (typeof ranges)[number]

export interface CheckData {
  readonly now: number
  readonly check: WatchedCheck
  readonly systemTitle: string
  readonly promises: readonly Promised[]
  readonly windows: readonly { readonly range: Range; readonly length: number; readonly stats?: WindowStats }[]
  readonly range: Range
  readonly series: readonly SeriesPoint[]
  /** Deploys, incidents and maintenance in the time of the series. */
  readonly events: readonly ChartEvent[]
  /** Newest first. */
  readonly recent: readonly Result[]
  readonly troubles: readonly Result[]
  /** Narrows the troubles to one verdict within `range`: the runs behind a figure. */
  readonly verdict?: Verdict
  /** In which it was affected, newest first. */
  readonly incidents: readonly Incident[]
  /** Whoever looks may run it now. */
  readonly mayRun: boolean
}

const rangeWords: Readonly<Record<Range, string>> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' }

export function checkPage(data: CheckData): Page {
  const { check } = data
  const { state } = check.health
  return {
    title: `${state === 'up' ? '' : `(${state}) `}${check.system}/${check.check}`,
    state,
    islands: ['chart.js'],
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/">Checks</a> › <a href="/?system=${encodeURIComponent(check.system)}">${data.systemTitle}</a></nav>
${headline(data)}
${windows(data)}
${timeline(data)}
${latency(data)}
${parts(data)}
${troubles(data)}
${incidents(data)}
${promises(data)}
${recent(data)}
${definition(data)}`,
  }
}

function headline({ check, now, mayRun }: CheckData): Content {
  const { state, since, consecutiveFailures, lastPassedAt, lastRunAt } = check.health
  const isNew = state === 'unknown' && lastRunAt === undefined
  const isWrong = state !== 'up' && state !== 'paused' && state !== 'maintenance'
  const said = isWrong && check.last?.detail ? check.last.detail : undefined
  return html`<section class="headline is-${state}" id="headline" data-live>
<h1>${sign(state)}<span>${check.title}</span></h1>
<p>${
    isNew
      ? isHeartbeat(check)
        ? 'No signal has arrived yet; `vedette heartbeats` shows the address that its job sends it to.'
        : 'Not run yet.'
      : html`<b>${state}</b> for ${lasting(since, now)}${consecutiveFailures > 0 ? html` · ${count(consecutiveFailures, 'failure')} in a row` : ''}${isWrong && lastPassedAt !== undefined ? html` · last passed ${ago(lastPassedAt, now)}` : ''} · last ${isHeartbeat(check) ? 'signal or due time' : 'run'} ${ago(lastRunAt, now)}${check.nextRunAt !== undefined && check.nextRunAt > now ? html` · next ${until(check.nextRunAt, now)}` : ''}`
  }</p>
${said ? html`<p class="said">${check.last?.reason ? html`<b>${check.last.reason}</b>: ` : ''}${said}</p>` : ''}
${isHeartbeat(check) ? '' : html`<div class="actions">${runNow(check, mayRun)}</div>`}
</section>`
}

const isHeartbeat = (check: WatchedCheck) => check.kind === 'heartbeat'

const runNow = (check: WatchedCheck, mayRun: boolean): Content =>
  mayRun
    ? html`<form method="post" action="${checkPath(check)}/run"><button class="primary">Run now</button></form>`
    : html`<a class="button" href="/sign-in?next=${encodeURIComponent(checkPath(check))}">Sign in to run it now</a>`

function windows({ check, windows: list }: CheckData): Content {
  return html`<section id="windows" data-live><h2>How often, how slow</h2><div class="scroll" tabindex="0" role="region" aria-label="Uptime and percentiles"><table>
<thead><tr><th scope="col">Last</th><th scope="col" class="num">Uptime</th><th scope="col" class="num">Coverage</th><th scope="col" class="num">Failed</th><th scope="col" class="num">Degraded</th><th scope="col" class="num">Unknown</th><th scope="col" class="num">Retried</th><th scope="col" class="num">p50</th><th scope="col" class="num">p95</th><th scope="col" class="num">p99</th></tr></thead>
<tbody>${list.map(({ range, length, stats }) => {
    const { ratio, coverage } = uptimeOf(stats, check.interval, length)
    const runs = stats?.runs ?? { passed: 0, degraded: 0, failed: 0, unknown: 0 }
    const evidence = (verdict: Verdict) =>
      runs[verdict] > 0
        ? html`<a href="${checkPath(check)}?range=${range}&amp;verdict=${verdict}#troubles" title="Show these runs">${runs[verdict]}</a>`
        : html`0`
    return html`<tr><th scope="row" class="nowrap">${rangeWords[range]}</th><td class="num strong">${percent(ratio)}</td><td class="num">${percent(coverage, 1)}</td><td class="num">${evidence('failed')}</td><td class="num">${evidence('degraded')}</td><td class="num">${evidence('unknown')}</td><td class="num">${stats?.retried ?? 0}</td><td class="num">${duration(stats?.p50)}</td><td class="num">${duration(stats?.p95)}</td><td class="num">${duration(stats?.p99)}</td></tr>`
  })}</tbody></table></div>
<p class="quiet note">Uptime is good runs of those that could be judged; coverage is how many of the expected runs those were.</p></section>`
}

function timeline({ recent: results }: CheckData): Content {
  return html`<section id="timeline" data-live><h2>Last runs</h2>${runLinks(results)}
<p class="legend"><span class="key k-passed">passed</span><span class="key k-degraded">degraded</span><span class="key k-failed">failed</span><span class="key k-unknown">unknown</span></p></section>`
}

function latency({ check, range, series, events }: CheckData): Content {
  return html`<section><h2>Latency</h2><nav class="tabs" aria-label="Time shown"><ul>${ranges.map(
    name =>
      html`<li><a class="chip" href="${checkPath(check)}?range=${name}"${name === range ? html` aria-current="true"` : ''}>${rangeWords[name]}</a></li>`,
  )}</ul></nav>${latencyChart('latency', `Latency of the last ${rangeWords[range]}, with failed and unknown runs marked on the time axis`, series, events)}</section>`
}

function troubles({ check, troubles: results, range, verdict, now }: CheckData): Content {
  const title = verdict ? `Runs of the last ${rangeWords[range]}: ${verdict}` : 'Recent runs that did not pass'
  const back = verdict
    ? html`<p class="note"><a href="${checkPath(check)}?range=${range}">Show all that did not pass</a></p>`
    : ''
  return html`<section id="troubles" data-live><h2>${title}</h2>${
    results.length === 0 ? html`<p class="quiet">None is kept.</p>` : runTable(title, results, now)
  }${back}</section>`
}

function incidents({ incidents: list, check, now }: CheckData): Content {
  if (list.length === 0) return ''
  return html`<section id="incidents" data-live><h2>Incidents</h2><ul class="lines">${list.map(
    incident =>
      html`<li>${incidentMark(incident)} <a href="${incidentPath(incident)}">${incident.title}</a> <span class="quiet">${
        incident.resolvedAt === undefined
          ? html`for ${lasting(incident.startedAt, now)}`
          : html`${ago(incident.openedAt, now)}, for ${span(incident.resolvedAt - incident.startedAt)}`
      }</span></li>`,
  )}</ul><p class="note"><a href="/incidents?system=${encodeURIComponent(check.system)}">All of this system</a></p></section>`
}

/** Middle and bad case of each phase (of a journey: of each step) over the last good runs, beside the newest run. */
function parts({ recent: results }: CheckData): Content {
  const all = results.filter(result => result.phases.length > 0 || result.steps.length > 0)
  const good = all.filter(result => result.verdict === 'passed' || result.verdict === 'degraded')
  // How fast a failed run was says nothing about speed, unless there is nothing else.
  const timed = good.length > 0 ? good : all
  const newest = all[0]
  if (!newest) return ''
  const isJourney = newest.steps.length > 0
  const names = isJourney ? [...new Set(timed[0]!.steps.map(step => step.title))] : phaseNames
  const timeOf = (result: Result, name: string) =>
    isJourney ? stepTotal(result, name) : phaseTotal(result, name as PhaseName)
  const rows = names
    .map(name => ({ name, times: timed.map(result => timeOf(result, name)).sort((a, b) => a - b) }))
    .map(({ name, times }) => ({ name, p50: rank(times, 0.5), p95: rank(times, 0.95), last: timeOf(newest, name) }))
    .filter(({ p95, last }) => p95 > 0 || last > 0)
  const whole = rows.reduce((sum, row) => sum + row.p50, 0)
  let at = 0
  return html`<section id="parts" data-live><h2>Where the time goes</h2><div class="scroll" tabindex="0" role="region" aria-label="Latency by ${isJourney ? 'step' : 'phase'}"><table class="waterfall">
<thead><tr><th scope="col">${isJourney ? 'Step' : 'Phase'}</th><th scope="col">0 to ${duration(whole)}</th><th scope="col" class="num">p50</th><th scope="col" class="num">p95</th><th scope="col" class="num">Newest</th></tr></thead>
<tbody>${rows.map(({ name, p50, p95, last }) => {
    at += p50
    return html`<tr><th scope="row">${isJourney ? name : html`<span class="key f-${name}">${name}</span>`}</th><td class="c-span">${spanBar(at - p50, p50, whole, isJourney ? 'step' : name)}</td><td class="num">${duration(p50)}</td><td class="num">${duration(p95)}</td><td class="num${last > p95 ? ' strong' : ''}">${duration(last)}</td></tr>`
  })}</tbody></table></div><p class="quiet note">Of ${count(timed.length, good.length > 0 ? 'run that passed' : 'failed run', good.length > 0 ? 'runs that passed' : undefined)} among the last ${results.length}; the bars show the p50 one after another.</p></section>`
}

const stepTotal = (result: Result, title: string) =>
  result.steps.reduce((sum, step) => (step.title === title ? sum + step.duration : sum), 0)

const rank = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN

function recent({ recent: results, now }: CheckData): Content {
  if (results.length === 0) return ''
  return html`<section id="recent" data-live><h2>All recent runs</h2><details id="recent-runs"><summary>The last ${count(results.length, 'run')}, passed ones included</summary>${runTable('All recent runs', results, now)}</details></section>`
}

function promises({ check, promises: list }: CheckData): Content {
  if (list.length === 0) return ''
  return html`<section><h2>Promises it covers</h2><ul class="promises">${list.map(
    ({ id, need, broken, source, limits }) =>
      html`<li id="${id}"><h3><a href="${requirementsPath(check.system, id)}">${id}</a></h3><p>${need}</p>${limits.length > 0 ? html`<p><span class="quiet">Limits:</span> ${limits.map((limit, index) => html`${index > 0 ? ', ' : ''}<code>${limit}</code>`)}</p>` : ''}<p><span class="quiet">When broken:</span> ${broken}</p><p class="quiet">Source: ${source}</p></li>`,
  )}</ul></section>`
}

function definition({ check }: CheckData): Content {
  const facts: readonly (readonly [string, Content])[] = [
    ['What', html`<code>${check.kind}</code> ${check.summary}`],
    ['Id', html`<code>${check.system}/${check.check}</code>`],
    ['Every', span(check.interval)],
    ['Timeout', duration(check.timeout)],
    ['Severity', check.severity.toUpperCase()],
    ['Owner', check.owner ?? 'nobody'],
    [
      'Tags',
      check.tags.length > 0
        ? check.tags.map(tag => html`<a href="/?tag=${encodeURIComponent(tag)}">@${tag}</a> `)
        : 'none',
    ],
    ...(check.command === undefined
      ? []
      : [['By hand', html`<pre class="wrap"><code>${check.command}</code></pre>`] as const]),
  ]
  return html`<section><h2>Definition</h2><dl class="table">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`
}
