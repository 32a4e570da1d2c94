/** "Did that deploy make it worse?" */

import type { Change, Compared, DeployComparison } from '../../runner/core/compare-deploy.ts'
import type { HealthState } from '../../runner/core/contracts.ts'
import type { Deploy } from '../../runner/core/deploys.ts'
import { ago, count, duration, exact, percent, span } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { sign, stateMark } from './marks.ts'
import { checkPath, deployPath } from './paths.ts'

export interface DeploysData {
  readonly now: number
  /** Newest first. */
  readonly deploys: readonly (Deploy & { readonly title: string })[]
}

export interface DeployData extends DeployComparison {
  readonly now: number
  readonly deploy: Deploy
  /** Of the system. */
  readonly title: string
  readonly before: { readonly from: number; readonly to: number; readonly revision?: string }
  readonly after: { readonly from: number; readonly to: number }
}

const said: Readonly<Record<Deploy['by'], string>> = {
  gate: 'judged by a smoke run',
  hand: 'marked by hand',
  seen: 'seen by the watch',
}
const states: Readonly<Record<Change, HealthState>> = {
  worse: 'down',
  better: 'up',
  same: 'up',
  unclear: 'unknown',
}
const headlines: Readonly<Record<Change, string>> = {
  worse: 'got worse',
  better: 'got better',
  same: 'is as it was',
  unclear: 'has too few runs yet',
}

export function deploysPage({ now, deploys }: DeploysData): Page {
  return {
    title: 'Deploys',
    here: 'deploys',
    main: html`<h1>Deploys</h1>${
      deploys.length === 0
        ? none
        : html`<section id="deploys" data-live><table class="kept" role="table" aria-label="Deploys of the last 30 days">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">System and revision</th><th role="columnheader" scope="col">Live since</th><th role="columnheader" scope="col">How it is known</th><th role="columnheader" scope="col">Note</th></tr></thead>
<tbody role="rowgroup">${deploys.map(
            deploy =>
              html`<tr role="row"><th role="rowheader" scope="row"><a href="${deployPath(deploy)}">${deploy.title} at ${deploy.revision}</a></th><td role="cell" class="nowrap">${ago(deploy.at, now)}</td><td role="cell">${how(deploy)}</td><td role="cell" class="c-need">${deploy.note ?? ''}</td></tr>`,
          )}</tbody></table></section>`
    }`,
  }
}

const none = html`<section class="empty"><p>No deploy of the last 30 days is known. Three ways tell of one:</p>
<pre tabindex="0"><code>vedette smoke --watch http://127.0.0.1:9464
vedette deploy mark --system shop --revision 3f2a91c --watch http://127.0.0.1:9464</code></pre><p>and a system that tells its revision is looked at every minute.</p></section>`

const how = ({ by, decision, markedBy }: Deploy): string =>
  `${said[by]}${decision === undefined ? '' : `: ${decision.toUpperCase()}`}${markedBy === undefined ? '' : ` (${markedBy})`}`

export function deployPage(data: DeployData): Page {
  const { deploy, title, change, statement, figures, now } = data
  const state = states[change]
  return {
    title: `${title} at ${deploy.revision}`,
    state,
    here: 'deploys',
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/deploys">Deploys</a> › <a href="/?system=${encodeURIComponent(deploy.system)}">${title}</a></nav>
<section class="headline is-${state}" id="headline" data-live><h1>${sign(state)}<span>${title} ${headlines[change]} with ${deploy.revision}</span></h1>
<p>Live since ${ago(deploy.at, now)} · ${how(deploy)}${deploy.note === undefined ? '' : html` · ${deploy.note}`}</p>
<p class="said">${statement}.</p></section>
<section id="figures" data-live><h2>Before and after</h2><p class="note">${compared(data)}</p>${
      figures.length === 0 ? html`<p class="quiet">No run is kept of that time.</p>` : table(deploy.system, figures)
    }
<p class="quiet note">Medians are compared with the Mann–Whitney test, shares of failed runs with Fisher's; how sure that is takes into account how many figures were looked at (Holm). Under 5 % or 5 ms a difference does not matter. Other things change with time as well: a difference is no proof of its cause.</p></section>`,
  }
}

function compared({ before, after }: DeployData): Content {
  const of = before.revision === undefined ? '' : html` with ${before.revision}`
  return html`The ${span(before.to - before.from)} before${of} (from ${exact(before.from)}) against the ${span(after.to - after.from)} since.`
}

const words: Readonly<Record<Change, string>> = { worse: 'worse', better: 'better', same: 'same', unclear: 'not known' }

const table = (system: string, figures: readonly Compared[]): Content =>
  html`<table class="kept" role="table" aria-label="Figures before and after">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Figure</th><th role="columnheader" scope="col">Change</th><th role="columnheader" scope="col" class="num">Before</th><th role="columnheader" scope="col" class="num">After</th><th role="columnheader" scope="col">How sure</th></tr></thead>
<tbody role="rowgroup">${figures.map(figure => {
    const { check, step, what, change, before, after, runs, statement } = figure
    const value = what === 'latency' ? duration : percent
    return html`<tr role="row"><th role="rowheader" scope="row"><a href="${checkPath({ system, check })}">${check}</a>${step === undefined ? '' : ` › ${step}`} <span class="quiet">${what === 'latency' ? 'median' : 'failed runs'}</span></th><td role="cell" class="nowrap">${stateMark(states[change], words[change])}</td><td role="cell" class="num">${value(before)} <span class="quiet">${count(runs.before, 'run')}</span></td><td role="cell" class="num">${value(after)} <span class="quiet">${count(runs.after, 'run')}</span></td><td role="cell" class="c-need">${statement}</td></tr>`
  })}</tbody></table>`
