/** "What exactly happened?" */

import type { Artifact, Result, Step } from '../../runner/core/contracts.ts'
import type { WatchedCheck } from '../../runner/core/ports.ts'
import { spanBar } from './chart.ts'
import { ago, bytes, count, duration, exact, figure } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { sign, verdictMark } from './marks.ts'
import { artifactPath, checkPath, tracePath } from './paths.ts'

export interface RunData {
  readonly now: number
  readonly result: Result
  /** Undefined when the check is no longer configured. */
  readonly check?: WatchedCheck
  /** What the page wrote to its console, if that was kept. */
  readonly console?: string
}

const states = { passed: 'up', degraded: 'degraded', failed: 'down', unknown: 'unknown' } as const

export function runPage(data: RunData): Page {
  const { result, check } = data
  return {
    title: `${result.verdict}: ${result.system}/${result.check}`,
    state: states[result.verdict],
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/">Checks</a> › <a href="/?system=${encodeURIComponent(result.system)}">${result.system}</a> › <a href="${checkPath(result)}">${check?.title ?? result.check}</a></nav>
${headline(data)}
${earlier(result)}
${steps(result)}
${phases(result)}
${screenshots(result.artifacts)}
${data.console === undefined ? '' : html`<section><h2>Console</h2><pre class="wrap" tabindex="0"><code>${data.console || 'The page wrote nothing.'}</code></pre></section>`}
${metrics(result)}
${files(result.artifacts)}
${facts(data)}`,
  }
}

function headline({ result, now }: RunData): Content {
  const state = states[result.verdict]
  const trace = result.artifacts.find(artifact => artifact.kind === 'trace')
  const blame =
    result.verdict === 'unknown' ? html`<p>Vedette could not judge: this says nothing about the target.</p>` : ''
  return html`<section class="headline is-${state}">
<h1>${sign(state)}<span>${result.verdict}${result.reason ? html`: ${result.reason}` : ''}</span></h1>
<p>${ago(result.startedAt, now)}, at ${exact(result.startedAt)}, within ${duration(result.duration)}${result.attempts > 1 ? html`, at attempt ${result.attempts}` : ''}${result.by === undefined ? '' : html`. Run by ${result.by}`}</p>
${result.detail ? html`<pre class="said wrap" tabindex="0">${result.detail}</pre>` : ''}${blame}
${trace ? html`<div class="actions"><a class="button primary" href="${tracePath(trace)}">Open the trace</a></div>` : ''}
</section>`
}

function earlier({ earlier: attempts }: Result): Content {
  if (attempts.length === 0) return ''
  return html`<section><h2>Earlier attempts</h2><ol class="attempts">${attempts.map(
    attempt =>
      html`<li>${verdictMark(attempt.reason === 'runner' ? 'unknown' : 'failed', attempt.reason)} <span class="quiet">after ${duration(attempt.duration)}</span><pre class="wrap">${attempt.detail}</pre></li>`,
  )}</ol></section>`
}

function steps(result: Result): Content {
  if (result.steps.length === 0) return ''
  const end = Math.max(result.duration, ...result.steps.map(step => step.startedAt + step.duration))
  const rows = (list: readonly Step[], depth: number): Content =>
    list.map(
      step =>
        html`<tr${step.error === undefined ? '' : html` class="is-wrong"`}><th scope="row" class="depth-${Math.min(depth, 4)}">${step.error === undefined ? '' : html`${verdictMark('failed', '')}<span class="unseen">failed: </span>`}${step.title}</th><td class="c-span">${spanBar(step.startedAt, step.duration, end, step.error === undefined ? 'step' : 'failed')}</td><td class="num after">${duration(step.startedAt)}</td><td class="num">${duration(step.duration)}</td></tr>${
          step.error === undefined
            ? ''
            : html`<tr class="is-wrong why-wrong"><td colspan="4"><pre class="wrap" tabindex="0">${step.error}</pre></td></tr>`
        }${rows(step.steps ?? [], depth + 1)}`,
    )
  return html`<section><h2>Steps</h2><div class="scroll" tabindex="0" role="region" aria-label="Steps"><table class="waterfall">
<thead><tr><th scope="col">Step</th><th scope="col">0 to ${duration(end)}</th><th scope="col" class="num after">After</th><th scope="col" class="num">Took</th></tr></thead>
<tbody>${rows(result.steps, 0)}</tbody></table></div></section>`
}

function phases({ phases: list, duration: whole }: Result): Content {
  if (list.length === 0) return ''
  const total = Math.max(
    whole,
    list.reduce((sum, phase) => sum + phase.duration, 0),
  )
  const hasHops = list.some(phase => phase.hop > 0)
  let at = 0
  const rows = list.map(phase => {
    const from = at
    at += phase.duration
    return html`<tr><th scope="row"><span class="key f-${phase.name}">${phase.name}</span>${hasHops ? html` <span class="quiet">hop ${phase.hop + 1}</span>` : ''}</th><td class="c-span">${spanBar(from, phase.duration, total, phase.name)}</td><td class="num">${duration(phase.duration)}</td></tr>`
  })
  return html`<section><h2>Phases</h2><div class="scroll" tabindex="0" role="region" aria-label="Phases"><table class="waterfall">
<thead><tr><th scope="col">Phase</th><th scope="col">0 to ${duration(total)}</th><th scope="col" class="num">Took</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`
}

function screenshots(artifacts: readonly Artifact[]): Content {
  const list = artifacts.filter(artifact => artifact.kind === 'screenshot')
  if (list.length === 0) return ''
  return html`<section><h2>${list.length === 1 ? 'Screenshot' : 'Screenshots'}</h2><div class="shots">${list.map(
    artifact =>
      html`<figure><a href="${artifactPath(artifact)}"><img src="${artifactPath(artifact)}" alt="Screenshot ${artifact.name}" loading="lazy"></a><figcaption>${artifact.name}</figcaption></figure>`,
  )}</div></section>`
}

function metrics({ metrics: values }: Result): Content {
  const entries = Object.entries(values)
  if (entries.length === 0) return ''
  return html`<section><h2>Figures</h2><table class="narrow"><thead><tr><th scope="col">Name</th><th scope="col" class="num">Value</th></tr></thead><tbody>${entries.map(([name, value]) => html`<tr><th scope="row"><code>${name}</code></th><td class="num">${figure(value)}</td></tr>`)}</tbody></table></section>`
}

function files(artifacts: readonly Artifact[]): Content {
  if (artifacts.length === 0) return ''
  return html`<section><h2>Kept files</h2><ul class="files">${artifacts.map(
    artifact =>
      html`<li><a href="${artifactPath(artifact)}">${artifact.name}</a> <span class="quiet">${artifact.kind}, ${bytes(artifact.bytes)}</span></li>`,
  )}</ul></section>`
}

function facts({ result, check }: RunData): Content {
  const list: readonly (readonly [string, Content])[] = [
    ['Check', html`<a href="${checkPath(result)}">${result.system}/${result.check}</a>`],
    ['Environment', result.environment],
    ['Location', result.location],
    ['Trigger', result.trigger],
    ['Slot', exact(result.slot)],
    ['Attempts', count(result.attempts, 'attempt')],
    ['Revision', result.revision ?? 'not read'],
    ['Loop delay', duration(result.loopDelay)],
    ['Runner', `Vedette ${result.runner.version}${result.runner.browser ? `, ${result.runner.browser}` : ''}`],
    ...(check?.command === undefined
      ? []
      : [['By hand', html`<pre class="wrap"><code>${check.command}</code></pre>`] as const]),
  ]
  return html`<section><h2>Circumstances</h2><dl class="table">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`
}
