/** "What is wrong now, who is on it, and how did it go before?" */

import type { Severity } from '../../runner/core/contracts.ts'
import type { Cause, Incident } from '../../runner/core/incidents.ts'
import { ago, count, dash, lasting, moment, span } from './format.ts'
import { type Content, html } from './html.ts'
import { causeWords, incidentMark, severityMark, stateOf } from './incident-words.ts'
import { type Page, tabTitle } from './layout.ts'
import { sign } from './marks.ts'
import { incidentPath } from './paths.ts'
import { type Column, rowsTable } from './rows.ts'

export const pastRanges = ['7d', '30d', '90d', '400d'] as const
export type PastRange = (typeof pastRanges)[number]

export interface IncidentFilter {
  readonly system?: string
  readonly severity?: Severity
  readonly cause?: Cause
  /** Default: 30d. */
  readonly range?: PastRange
}

/** Means over thirty days, of the incidents for which the time is known. */
export interface MeanTimes {
  readonly title: string
  readonly incidents: number
  readonly detect?: number
  readonly acknowledge?: number
  readonly recover?: number
}

export interface IncidentsData {
  readonly now: number
  /** Worst first. */
  readonly open: readonly Incident[]
  /** Newest first. */
  readonly past: readonly Incident[]
  readonly isCut: boolean
  readonly means: readonly MeanTimes[]
  readonly filter: IncidentFilter
  readonly systems: readonly { readonly id: string; readonly title: string }[]
}

export function incidentsPage(data: IncidentsData): Page {
  const { open } = data
  const isEmpty = open.length + data.past.length + data.means.length === 0 && Object.keys(data.filter).length === 0
  return {
    title: tabTitle('Incidents', open.length, 'open'),
    state: open[0] === undefined ? 'up' : stateOf(open[0]),
    here: 'incidents',
    main: isEmpty ? teach() : html`${headline(data)}${openOnes(data)}${means(data)}${past(data)}`,
  }
}

function headline({ open, past, now }: IncidentsData): Content {
  const [worst] = open
  const state = worst === undefined ? 'up' : stateOf(worst)
  const waiting = open.filter(incident => incident.acknowledgedAt === undefined).length
  const last = past[0]?.resolvedAt
  return html`<section class="headline is-${state}" id="headline" data-live>
<h1>${sign(state)}${open.length === 0 ? 'No incident is open' : count(open.length, 'open incident')}</h1>
<p>${
    worst === undefined
      ? last === undefined
        ? 'None is kept for this view.'
        : html`The last one ended ${ago(last, now)}`
      : waiting === 0
        ? 'Somebody is on every one of them.'
        : html`${waiting === 1 ? 'One is' : `${waiting} are`} not acknowledged; the worst lasts ${lasting(worst.startedAt, now)}`
  }</p></section>`
}

const title: Column<Incident> = {
  name: 'What',
  as: 'head',
  show: incident => html`<a href="${incidentPath(incident)}">${incident.title}</a>`,
}
const severity: Column<Incident> = { name: 'Severity', as: 'plain', show: incident => severityMark(incident.severity) }
const cause: Column<Incident> = { name: 'Cause', as: 'plain', show: incident => causeWords[incident.cause] }

function affected(incident: Incident): Content {
  const still = incident.affected.filter(({ until }) => until === undefined).length
  const all = incident.affected.length
  if (all === 0) return dash
  return incident.resolvedAt === undefined && still < all ? `${still} of ${count(all, 'check')}` : count(all, 'check')
}

function openOnes({ open, now }: IncidentsData): Content {
  if (open.length === 0) return ''
  const columns: readonly Column<Incident>[] = [
    title,
    { name: 'State', as: 'plain', show: incidentMark },
    severity,
    { name: 'System', as: 'plain', show: ({ system }) => system },
    cause,
    { name: 'Affected', show: affected },
    { name: 'Acknowledged', show: who },
    { name: 'Since', as: 'num', show: incident => lasting(incident.startedAt, now) },
  ]
  return html`<section id="open" data-live><h2>Open, worst first</h2>${rowsTable({
    label: 'Open incidents',
    columns,
    rows: open,
    classOf: incident => `is-${stateOf(incident)}`,
  })}</section>`

  function who({ acknowledgedBy, acknowledgedAt }: Incident): Content {
    if (acknowledgedAt === undefined) return html`<b>by nobody yet</b>`
    return html`${acknowledgedBy ?? 'somebody'}, ${ago(acknowledgedAt, now)}`
  }
}

function means({ means: list }: IncidentsData): Content {
  const time = (ms: number | undefined) => (ms === undefined ? dash : span(ms))
  if (list.length === 0) return ''
  return html`<section id="means" data-live><h2>Mean times over 30 days</h2>${rowsTable<MeanTimes>({
    label: 'Mean times by system',
    columns: [
      { name: 'System', as: 'head', show: mean => mean.title },
      { name: 'Incidents', as: 'num', show: mean => mean.incidents },
      { name: 'To detect', as: 'num', show: mean => time(mean.detect) },
      { name: 'To acknowledge', as: 'num', show: mean => time(mean.acknowledge) },
      { name: 'To recover', as: 'num', show: mean => time(mean.recover) },
    ],
    rows: list,
  })}<p class="quiet note">Counted from the last run that passed before; drills are left out.</p></section>`
}

function past({ past: list, now, filter, systems, isCut }: IncidentsData): Content {
  const columns: readonly Column<Incident>[] = [
    title,
    { name: 'Opened, UTC', show: incident => moment(incident.openedAt, now) },
    severity,
    { name: 'System', as: 'plain', show: ({ system }) => system },
    cause,
    { name: 'Affected', show: affected },
    {
      name: 'Lasted',
      as: 'num',
      show: ({ startedAt, resolvedAt }) => (resolvedAt === undefined ? dash : span(resolvedAt - startedAt)),
    },
  ]
  const option = (value: string, word: string, chosen: string | undefined) =>
    html`<option value="${value}"${value === (chosen ?? '') ? html` selected` : ''}>${word}</option>`
  return html`<section><h2 id="past-title">Past</h2>
<form class="search" role="search" aria-label="Past incidents" method="get" action="/incidents">
<span class="field"><label for="range">Last</label><select id="range" name="range">${pastRanges.map(range => option(range, range.replace('d', ' days'), filter.range ?? '30d'))}</select></span>
<span class="field"><label for="system">System</label><select id="system" name="system">${option('', 'any', filter.system)}${systems.map(system => option(system.id, system.title, filter.system))}</select></span>
<span class="field"><label for="severity">Severity</label><select id="severity" name="severity">${option('', 'any', filter.severity)}${['p0', 'p1', 'p2'].map(name => option(name, name.toUpperCase(), filter.severity))}</select></span>
<span class="field"><label for="cause">Cause</label><select id="cause" name="cause">${option('', 'any', filter.cause)}${Object.entries(causeWords).map(([name, word]) => option(name, word, filter.cause))}</select></span>
<button>Show</button></form>
<div id="past" data-live>${
    list.length === 0
      ? html`<p class="quiet">No incident of this view is kept.</p>`
      : rowsTable({ label: 'Past incidents', columns, rows: list })
  }${isCut ? html`<p>Only the newest ${list.length} are shown; a shorter time or a system shows the others.</p>` : ''}</div></section>`
}

const teach = (): Content => html`<section class="empty"><h1>No incident yet</h1>
<p>An incident opens when a check is down, and ends by itself when it is up again. Checks of one system with the same cause become one incident. A check says how much it takes, how bad it is and what to do:</p>
<pre tabindex="0"><code>check('checkout', {
  probe: http('/checkout'),
  every: '30s',
  failures: 2,
  severity: 'p0',
  runbook: 'https://wiki.example.com/checkout',
})</code></pre>
<p>Who is told stands under <code>notifiers</code>; <code>vedette drill</code> proves that a message arrives.</p></section>`
