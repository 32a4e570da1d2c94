/** "When is trouble expected, and where?" */

import type { Maintenance } from '../../runner/core/maintenance.ts'
import { count, dash, exact, lasting, moment, span, until } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { sign } from './marks.ts'
import { type Column, rowsTable } from './rows.ts'

export type Window = Maintenance & { readonly active: boolean; readonly until?: number; readonly next?: number }

/** What stands in the form: of a try that was refused, with the reason, or the suggestion. */
export interface WindowForm {
  readonly title: string
  readonly selection: string
  /** `2026-01-05T12:00`, UTC. */
  readonly from: string
  readonly to: string
  readonly trouble?: string
}

export interface MaintenanceData {
  readonly now: number
  readonly windows: readonly Window[]
  /** Declared ones that are over, newest first. */
  readonly past: readonly Maintenance[]
  readonly form: WindowForm
  readonly mayAct: boolean
}

export function maintenancePage(data: MaintenanceData): Page {
  const { windows, now } = data
  const active = windows.filter(window => window.active)
  const state = active.length > 0 ? 'maintenance' : 'up'
  const coming = windows
    .filter(window => !window.active && nextOf(window, now) !== undefined)
    .toSorted((a, b) => nextOf(a, now)! - nextOf(b, now)!)
  const soonest = coming[0]
  return {
    title: active.length > 0 ? '(now) Maintenance' : 'Maintenance',
    state,
    here: 'maintenance',
    main: html`<section class="headline is-${state}" id="headline" data-live><h1>${sign(state)}${
      active.length === 0
        ? 'No maintenance now'
        : `${count(active.length, 'maintenance window')} ${active.length === 1 ? 'holds' : 'hold'} now`
    }</h1>
<p>${
      active.length > 0
        ? 'Checks go on and are recorded; nobody is told, and no objective counts them.'
        : soonest === undefined
          ? 'None is planned.'
          : html`The next begins ${until(nextOf(soonest, now)!, now)}: ${soonest.title}`
    }</p></section>
${active.length === 0 ? '' : html`<section id="active" data-live><h2>Now</h2>${rowsTable({ label: 'Windows that hold now', columns: activeColumns(data), rows: active })}</section>`}
${coming.length === 0 ? '' : html`<section id="coming" data-live><h2>Next</h2>${rowsTable({ label: 'Planned windows', columns: comingColumns(data), rows: coming })}</section>`}
${declare(data)}
${past(data)}`,
  }
}

function nextOf({ next, when, endedAt }: Window, now: number): number | undefined {
  if (endedAt !== undefined) return undefined
  if (next !== undefined) return next
  return 'from' in when && when.from > now ? when.from : undefined
}

const selection = ({ selection: terms }: Maintenance): Content =>
  terms.length === 0 ? 'everything' : terms.map(term => html`<code>${term}</code> `)

const rule = ({ when }: Maintenance): string => ('cron' in when ? `${when.cron} (${when.timezone})` : 'once')

const title: Column<Maintenance> = { name: 'Title', as: 'head', show: window => window.title }
const what: Column<Maintenance> = { name: 'What', as: 'wide', show: selection }
const by: Column<Maintenance> = { name: 'By', as: 'plain', show: window => window.by ?? 'configuration' }

function endForm(window: Window, word: string, mayAct: boolean): Content {
  if (!mayAct || window.by === undefined) return ''
  return html`<form method="post" action="/maintenance/${encodeURIComponent(window.id)}/end"><button>${word}<span class="unseen"> ${window.title}</span></button></form>`
}

const activeColumns = ({ now, mayAct }: MaintenanceData): readonly Column<Window>[] => [
  title,
  what,
  { name: 'Rule', as: 'plain', show: rule },
  by,
  { name: 'Since', as: 'num', show: ({ when }) => ('from' in when ? lasting(when.from, now) : dash) },
  { name: 'Ends', as: 'num', show: window => (window.until === undefined ? dash : until(window.until, now)) },
  { name: 'Change', as: 'plain', show: window => endForm(window, 'End now', mayAct) },
]

const comingColumns = ({ now, mayAct }: MaintenanceData): readonly Column<Window>[] => [
  title,
  what,
  { name: 'Rule', as: 'plain', show: rule },
  by,
  { name: 'Begins', as: 'num', show: window => until(nextOf(window, now)!, now) },
  {
    name: 'Lasts',
    as: 'num',
    show: ({ when }) => span('cron' in when ? when.duration : when.to - when.from),
  },
  { name: 'Change', as: 'plain', show: window => endForm(window, 'Take back', mayAct) },
]

function declare({ form, mayAct }: MaintenanceData): Content {
  if (!mayAct) {
    return html`<section><h2>Declare a window</h2><p><a class="button" href="/sign-in?next=%2Fmaintenance">Sign in to declare one</a></p>
<p class="quiet note">Windows that come back every week stand in the configuration, under <code>maintenance</code>.</p></section>`
  }
  const wrong = form.trouble === undefined ? '' : html` aria-describedby="trouble"`
  return html`<section><h2>Declare a window</h2><form method="post" action="/maintenance" class="stack wide">
${form.trouble === undefined ? '' : html`<p id="trouble" class="wrong" role="alert">${form.trouble}</p>`}
<label for="title">Title</label><input id="title" name="title" value="${form.title}" maxlength="200" required${wrong}>
<label for="selection">What: system, system/check, @tag; several by spaces</label><input id="selection" name="selection" value="${form.selection}" required${wrong}>
<div class="pair-of"><div><label for="from">From, UTC</label><input id="from" name="from" type="datetime-local" value="${form.from}" required${wrong}></div>
<div><label for="to">To, UTC</label><input id="to" name="to" type="datetime-local" value="${form.to}" required${wrong}></div></div>
<div><button class="primary">Declare</button></div></form></section>`
}

function past({ past: list, now }: MaintenanceData): Content {
  return html`<section id="past" data-live><h2>Past</h2>${
    list.length === 0
      ? html`<p class="quiet">No declared window is kept.</p>`
      : rowsTable<Maintenance>({
          label: 'Past windows',
          columns: [
            title,
            what,
            by,
            {
              name: 'From, UTC',
              show: ({ when }) => ('from' in when ? moment(when.from, now) : rule({ when } as Maintenance)),
            },
            { name: 'To, UTC', show: window => ended(window, now) },
          ],
          rows: list,
        })
  }</section>`
}

function ended({ when, endedAt }: Maintenance, now: number): Content {
  if (endedAt !== undefined) {
    const isEarly = 'from' in when && endedAt < when.to
    const isBack = 'from' in when && endedAt <= when.from
    return html`${moment(endedAt, now)}${isBack ? ' (taken back)' : isEarly ? ' (ended early)' : ''}`
  }
  return 'to' in when ? html`<span title="${exact(when.to)}">${moment(when.to, now)}</span>` : dash
}
