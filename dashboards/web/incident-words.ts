/** What several pages say of incidents. */

import type { HealthState } from '../../runner/core/contracts.ts'
import type { Cause, Incident } from '../../runner/core/incidents.ts'
import { count, lasting } from './format.ts'
import { type Content, html, type Safe } from './html.ts'
import { sign } from './marks.ts'
import { incidentPath } from './paths.ts'

export const causeWords: Readonly<Record<Cause, string>> = {
  unreachable: 'does not answer',
  wrong: 'answers wrongly',
  slow: 'too slow',
  silent: 'signal missing',
  budget: 'error budget burns',
  blind: 'monitoring is blind',
  channel: 'channel does not deliver',
}

/** In the signs of health: open trouble is red, trouble that somebody has taken on amber, our own violet. */
export function stateOf(incident: Incident): HealthState {
  if (incident.resolvedAt !== undefined) return 'up'
  if (incident.acknowledgedAt !== undefined) return 'degraded'
  return incident.cause === 'blind' ? 'unknown' : 'down'
}

export function incidentMark(incident: Incident): Safe {
  const state = stateOf(incident)
  const word = state === 'up' ? 'resolved' : state === 'degraded' ? 'acknowledged' : 'open'
  return html`<span class="mark is-${state}">${sign(state)}${word}</span>${incident.drill ? html` <span class="sev">drill</span>` : ''}`
}

export const severityMark = (severity: string): Safe =>
  html`<span class="sev sev-${severity}">${severity.toUpperCase()}</span>`

const mostShown = 5

/** The open ones on top of the first page. */
export function incidentBanner(open: readonly Incident[], now: number): Content {
  if (open.length === 0) return ''
  const waiting = open.filter(incident => incident.acknowledgedAt === undefined).length
  const worst = open.toSorted((a, b) => a.severity.localeCompare(b.severity) || a.openedAt - b.openedAt)
  return html`<section class="incidents-open" id="incidents-open" data-live aria-labelledby="incidents-open-title">
<h2 id="incidents-open-title"><a href="/incidents">${count(open.length, 'open incident')}</a>${waiting > 0 ? html` <span class="quiet">${waiting === open.length ? 'nobody has acknowledged' : `${waiting} not acknowledged`}</span>` : ''}</h2>
<ul>${worst
    .slice(0, mostShown)
    .map(
      incident =>
        html`<li>${severityMark(incident.severity)} <a href="${incidentPath(incident)}">${incident.title}</a> <span class="quiet">for ${lasting(incident.startedAt, now)}${incident.acknowledgedBy === undefined ? '' : `, ${incident.acknowledgedBy} is on it`}</span></li>`,
    )}</ul>${open.length > mostShown ? html`<p><a href="/incidents">${open.length - mostShown} more</a></p>` : ''}
</section>`
}
