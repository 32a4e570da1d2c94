/** "What happened, since when, how bad, and what was different before?" */

import type { Deploy } from '../../runner/core/deploys.ts'
import type { Affected, Incident, IncidentLine } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import { type Evidence, evidence } from './evidence.ts'
import { ago, clock, count, exact, lasting, moment, span } from './format.ts'
import { type Content, html } from './html.ts'
import { causeWords, severityMark, stateOf } from './incident-words.ts'
import type { Page } from './layout.ts'
import { sign, stateMark } from './marks.ts'
import { notificationRows } from './notification-rows.ts'
import { checkPath, deployPath, incidentPath, runIdPath } from './paths.ts'
import { rowsTable } from './rows.ts'

export interface IncidentData {
  readonly now: number
  readonly incident: Incident
  readonly systemTitle: string
  /** Undefined when neither run is kept any more. */
  readonly evidence?: Evidence
  /** Whose runs the evidence shows. */
  readonly compared?: string
  /** Of the same system, of the day before it opened; newest first. */
  readonly deploys: readonly Deploy[]
  /** Oldest first. */
  readonly notifications: readonly Notification[]
  readonly mayAct: boolean
}

export function incidentPage(data: IncidentData): Page {
  const { incident } = data
  const state = stateOf(incident)
  return {
    title: `${incident.resolvedAt === undefined ? `(${incident.severity.toUpperCase()}) ` : ''}${incident.title}`,
    state,
    here: 'incidents',
    main: html`<nav class="crumbs" aria-label="Where you are"><a href="/incidents">Incidents</a> › <a href="/incidents?system=${encodeURIComponent(incident.system)}">${data.systemTitle}</a></nav>
${headline(data)}
${affected(data)}
${data.evidence ? evidence(data.evidence) : ''}
${timeline(data)}
${note(data)}
${deploys(data)}
${messages(data)}
${circumstances(data)}`,
  }
}

function headline({ incident, now, mayAct }: IncidentData): Content {
  const { resolvedAt, startedAt, openedAt, acknowledgedAt, acknowledgedBy } = incident
  const state = stateOf(incident)
  const what =
    resolvedAt === undefined
      ? html`<b>open</b> for ${lasting(startedAt, now)}`
      : html`<b>resolved</b> ${ago(resolvedAt, now)}, after ${span(resolvedAt - startedAt)}`
  return html`<section class="headline is-${state}" id="headline" data-live>
<h1>${sign(state)}<span>${incident.title}</span></h1>
<p>${severityMark(incident.severity)}${incident.drill ? html` <span class="sev">drill</span>` : ''} ${causeWords[incident.cause]} · ${what} · began ${
    startedAt < openedAt
      ? html`between ${moment(startedAt, now)} and ${moment(openedAt, now)} UTC`
      : html`at ${moment(openedAt, now)} UTC`
  }</p>
<p>${
    acknowledgedAt === undefined
      ? resolvedAt === undefined
        ? html`<b>Nobody has acknowledged it yet.</b>`
        : 'It ended before anybody acknowledged it.'
      : html`${acknowledgedBy ?? 'Somebody'} acknowledged it ${ago(acknowledgedAt, now)}.`
  }${incident.flapping ? ' It comes and goes; it stays open until it was calm for a while.' : ''}</p>
<div class="actions">${acknowledge(incident, mayAct)}${
    incident.runbook ? html`<a class="button" href="${incident.runbook}" rel="noreferrer">Open the runbook</a>` : ''
  }</div></section>`
}

function acknowledge(incident: Incident, mayAct: boolean): Content {
  if (incident.resolvedAt !== undefined) return ''
  if (!mayAct) {
    return html`<a class="button" href="/sign-in?next=${encodeURIComponent(incidentPath(incident))}">Sign in to ${incident.acknowledgedAt === undefined ? 'acknowledge it' : 'add a note'}</a>`
  }
  return incident.acknowledgedAt === undefined
    ? html`<form method="post" action="${incidentPath(incident)}/acknowledge"><button class="primary">Acknowledge</button></form>`
    : ''
}

function affected({ incident, compared, now }: IncidentData): Content {
  const list = incident.affected
  if (list.length === 0) return ''
  const run = (id: string | undefined, word: string): Content =>
    id === undefined ? '' : html`<a href="${runIdPath(id)}">${word}</a>`
  return html`<section id="affected" data-live><h2>${count(list.length, 'affected check')}</h2>${rowsTable<Affected>({
    label: 'Affected checks',
    columns: [
      {
        name: 'Check',
        as: 'head',
        show: ({ check, title }) => html`<a href="${checkPath({ system: incident.system, check })}">${title}</a>`,
      },
      {
        name: 'Now',
        as: 'plain',
        show: ({ until }) => (until === undefined ? stateMark('down', 'affected') : stateMark('up', 'recovered')),
      },
      {
        name: 'Why',
        as: 'wide',
        show: ({ reason, detail }) => html`${reason ? html`<b>${reason}</b> ` : ''}${detail ?? ''}`,
      },
      {
        name: 'Runs',
        show: ({ check, firstFailure, lastPass }) =>
          firstFailure === undefined && lastPass === undefined
            ? ''
            : html`${run(firstFailure, 'first failure')} ${run(lastPass, 'last pass')}${
                firstFailure === undefined || check === compared
                  ? ''
                  : html` <a href="${incidentPath(incident)}?check=${encodeURIComponent(check)}#evidence">compare</a>`
              }`,
      },
      {
        name: 'Lasted',
        as: 'num',
        show: ({ since, until }) => (until === undefined ? lasting(since, now) : span(until - since)),
      },
    ],
    rows: list,
  })}</section>`
}

const lineWords: Readonly<Record<IncidentLine['kind'], string>> = {
  opened: 'Opened',
  joined: 'One more check is affected',
  recovered: 'A check recovered',
  acknowledged: 'Acknowledged',
  noted: 'Note',
  flapping: 'Comes and goes',
  escalated: 'Escalated: nobody had acknowledged',
  reminded: 'Reminded',
  resolved: 'Resolved',
}

function timeline({ incident, now }: IncidentData): Content {
  return html`<section id="timeline" data-live><h2>Timeline</h2><ol class="timeline">${incident.timeline.map(
    line =>
      html`<li class="line-${line.kind}"><time datetime="${new Date(line.at).toISOString()}" title="${exact(line.at)}">${clock(line.at, now)}</time> <div><b>${lineWords[line.kind]}</b>${line.by === undefined ? '' : html` <span class="quiet">${line.by}</span>`}${line.text === undefined ? '' : html`<p>${line.text}</p>`}</div></li>`,
  )}</ol><p class="quiet note">Times are UTC.</p></section>`
}

function note({ incident, mayAct }: IncidentData): Content {
  if (!mayAct) return ''
  return html`<section class="actions-below"><form method="post" action="${incidentPath(incident)}/note" class="stack wide">
<label for="text">Add a note to the timeline</label>
<textarea id="text" name="text" rows="3" maxlength="4000" required></textarea>
<div><button>Add the note</button></div></form></section>`
}

function deploys({ deploys: list, incident, now }: IncidentData): Content {
  return html`<section id="deploys" data-live><h2>Deploys of the day before</h2>${
    list.length === 0
      ? html`<p class="quiet">None is known. <code>vedette deploy mark</code> tells of one.</p>`
      : rowsTable<Deploy>({
          label: 'Deploys of the day before',
          columns: [
            {
              name: 'Revision',
              as: 'head',
              show: deploy => html`<a href="${deployPath(deploy)}"><code>${deploy.revision}</code></a>`,
            },
            { name: 'Went live', show: ({ at }) => html`${moment(at, now)} UTC` },
            {
              name: 'Before the trouble',
              as: 'num',
              show: ({ at }) =>
                at <= incident.openedAt ? `${span(incident.openedAt - at)} before` : 'after it opened',
            },
            { name: 'Known from', show: ({ by, decision }) => `${byWords[by]}${decision ? `: ${decision}` : ''}` },
            { name: 'Note', as: 'wide', show: ({ note: text }) => text ?? '' },
          ],
          rows: list,
        })
  }</section>`
}

const byWords: Readonly<Record<Deploy['by'], string>> = {
  gate: 'smoke run',
  hand: 'a mark by hand',
  seen: 'a changed revision',
}

function messages({ notifications, now }: IncidentData): Content {
  return html`<section id="messages" data-live><h2>Messages about it</h2>${
    notifications.length === 0
      ? html`<p class="quiet">None was sent. <a href="/notifications">Notifications</a> shows who would be told.</p>`
      : notificationRows({ label: 'Messages about this incident', list: notifications, now, titles: new Map() })
  }</section>`
}

function circumstances({ incident }: IncidentData): Content {
  const { startedAt, openedAt, acknowledgedAt, resolvedAt } = incident
  const facts: readonly (readonly [string, Content])[] = [
    ['Detected after', span(openedAt - startedAt)],
    ['Acknowledged after', acknowledgedAt === undefined ? 'not yet' : span(acknowledgedAt - openedAt)],
    ['Recovered after', resolvedAt === undefined ? 'not yet' : span(resolvedAt - startedAt)],
    ['Owner', incident.owner ?? 'nobody'],
    ['System', html`<a href="/?system=${encodeURIComponent(incident.system)}">${incident.system}</a>`],
    ['Environment', incident.environment],
    ['Opened', exact(openedAt)],
    ['Id', html`<code>${incident.id}</code>`],
  ]
  return html`<section id="facts" data-live><h2>Figures</h2><dl class="table">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`
}
