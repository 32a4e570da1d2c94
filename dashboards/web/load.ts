/** "Did it hold?" */

import type { LoadRun, LoadThreshold } from '../../runner/core/ports.ts'
import { chart } from './chart.ts'
import { ago, count, duration, exact, figure, percent } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { sign, verdictMark } from './marks.ts'
import { loadPath } from './paths.ts'

export function loadRunsPage(runs: readonly LoadRun[], now: number): Page {
  return {
    title: 'Load runs',
    here: 'load',
    main: html`<h1>Load runs</h1>${runs.length === 0 ? noRuns() : list(runs, now)}`,
  }
}

function noRuns(): Content {
  return html`<section class="empty"><p>No load run is kept yet. Start one; it is judged by the same thresholds as the checks:</p>
<pre tabindex="0"><code>vedette load &lt;system&gt; --profile smoke</code></pre>
<p><code>vedette list</code> shows the systems. k6 is needed; <code>vedette doctor</code> says whether it is there.</p></section>`
}

function list(runs: readonly LoadRun[], now: number): Content {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Load runs"><table>
<thead><tr><th scope="col">Verdict</th><th scope="col">Load</th><th scope="col">Profile</th><th scope="col">Environment</th><th scope="col" class="num">Most users</th><th scope="col" class="num">Thresholds kept</th><th scope="col" class="num">Took</th><th scope="col" class="num">Started</th></tr></thead>
<tbody>${runs.map(
    run =>
      html`<tr><td>${verdictMark(run.verdict)}</td><th scope="row"><a href="${loadPath(run)}">${run.system}/${run.load}</a></th><td>${run.profile}</td><td>${run.environment}</td><td class="num">${mostUsers(run)}</td><td class="num">${run.thresholds.filter(threshold => threshold.verdict === 'passed').length} of ${run.thresholds.length}</td><td class="num">${duration(run.duration)}</td><td class="num">${ago(run.startedAt, now)}</td></tr>`,
  )}</tbody></table></div>`
}

const mostUsers = (run: LoadRun) => Math.max(0, ...run.series.map(point => point.users))

export function loadRunPage(run: LoadRun, now: number): Page {
  const state = ({ passed: 'up', degraded: 'degraded', failed: 'down', unknown: 'unknown' } as const)[run.verdict]
  const broken = run.thresholds.filter(threshold => threshold.verdict === 'failed').length
  const silent = run.thresholds.filter(threshold => threshold.verdict === 'unknown').length
  return {
    title: `${run.verdict}: ${run.system}/${run.load}`,
    state,
    here: 'load',
    islands: ['chart.js'],
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/load">Load runs</a> › ${run.system}</nav>
<section class="headline is-${state}"><h1>${sign(state)}<span>${run.verdict}: ${run.system}/${run.load}, profile ${run.profile}</span></h1>
<p>${ago(run.startedAt, now)}, at ${exact(run.startedAt)}, for ${duration(run.duration)}. ${
      broken > 0 ? `${count(broken, 'threshold')} crossed.` : ''
    } ${silent > 0 ? `${count(silent, 'threshold')} without samples.` : ''}</p>
${run.detail ? html`<p class="said">${run.detail}</p>` : ''}
${run.timeScale === 1 ? '' : html`<p><b>Time scale ${figure(run.timeScale)}</b>: a trial, not the documented length.</p>`}</section>
${thresholds(run.thresholds)}
${charts(run)}
${figures(run)}
<section><h2>Circumstances</h2><dl class="table"><div><dt>Environment</dt><dd>${run.environment}</dd></div><div><dt>Stages</dt><dd>${run.stages.length > 0 ? run.stages.map((stage, index) => html`${index > 0 ? ' → ' : ''}<code>${stage}</code>`) : 'none'}</dd></div><div><dt>k6</dt><dd>${run.k6.version}, exit code ${run.k6.exitCode}</dd></div><div><dt>Id</dt><dd><code>${run.id}</code></dd></div></dl></section>`,
  }
}

function thresholds(list: readonly LoadThreshold[]): Content {
  return html`<section><h2>Thresholds</h2>${
    list.length === 0
      ? html`<p class="quiet">None: this run judges nothing.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Thresholds"><table><thead><tr><th scope="col">Verdict</th><th scope="col">Promise</th><th scope="col">Figure</th><th scope="col">Limit</th><th scope="col" class="num">Found</th><th scope="col" class="num">Samples</th></tr></thead>
<tbody>${list.map(
          threshold =>
            html`<tr><td>${verdictMark(threshold.verdict)}</td><td class="nowrap">${threshold.requirement ?? 'ours'}</td><th scope="row"><code>${threshold.metric}</code></th><td><code>${threshold.expression}</code></td><td class="num">${threshold.value === undefined ? 'no samples' : figure(threshold.value)}</td><td class="num">${threshold.samples}</td></tr>`,
        )}</tbody></table></div>`
  }</section>`
}

/** Limits that the chart of the p95 can show: `p(95)<500` of the duration of all requests. */
export function p95Limits(
  list: readonly LoadThreshold[],
): readonly { readonly name: string; readonly value: number }[] {
  return list.flatMap(({ metric, expression, requirement }) => {
    const value = /^p\(95\)\s*<=?\s*(\d+(?:\.\d+)?)$/.exec(expression.trim())?.[1]
    if (value === undefined || !metric.startsWith('http_req_duration')) return []
    const part = /\{(.+)\}$/.exec(metric)?.[1]
    const of = [requirement, part && `(${part})`].filter(Boolean).join(' ')
    return [{ name: `${of ? `${of}: ` : ''}p95 under ${value} ms`, value: Number(value) }]
  })
}

function charts({ series, thresholds: list }: LoadRun): Content {
  const times = series.map(point => point.at * 1_000)
  return html`<section><h2>Over time</h2>${chart({
    id: 'load-latency',
    label: 'p95 of the answers while the load changed, with the documented limits',
    times,
    isRelative: true,
    unit: 'ms',
    lines: [{ name: 'p95', tone: 'p95', values: series.map(point => point.p95) }],
    limits: p95Limits(list),
    marks: series.filter(point => point.failed > 0).map(point => ({ at: point.at * 1_000, tone: 'failed' })),
  })}${chart({
    id: 'load-users',
    label: 'Users and requests a second',
    times,
    isRelative: true,
    unit: 'count',
    lines: [
      { name: 'users', tone: 'p50', values: series.map(point => point.users) },
      { name: 'requests a second', tone: 'p95', values: series.map(point => point.rps) },
    ],
  })}<p>Failed requests at the worst: ${percent(Math.max(0, ...series.map(point => point.failed)))}</p></section>`
}

function figures({ metrics }: LoadRun): Content {
  const entries = Object.entries(metrics)
  if (entries.length === 0) return ''
  return html`<section><h2>Figures of k6</h2><div class="scroll" tabindex="0" role="region" aria-label="Figures of k6"><table><thead><tr><th scope="col">Metric</th><th scope="col">Values</th></tr></thead><tbody>${entries.map(
    ([name, values]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${Object.entries(values).map(([statistic, value]) => html`<span class="pair"><span class="quiet">${statistic}</span> ${figure(value)}</span> `)}</td></tr>`,
  )}</tbody></table></div></section>`
}
