/** "Does it work?", for the public. It is given public words only, and has no way to the pages inside. */

import type { PartState, PublicDay, PublicPart } from '../../runner/core/public-part.ts'
import type { PublicIncident, PublicStatus } from '../../runner/core/public-status.ts'
import { exact, percent, span } from './format.ts'
import { type Content, html, raw, type Safe } from './html.ts'
import { head } from './layout.ts'
import { sign } from './marks.ts'

const dayMs = 86_400_000
// A restart or two are not worth a word.
const almostAll = 0.95

const words: Readonly<Record<PartState, string>> = {
  outage: 'outage',
  degraded: 'degraded',
  unknown: 'not known',
  maintenance: 'maintenance',
  operational: 'operational',
}
const signs = {
  outage: 'down',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'maintenance',
  operational: 'up',
} as const

export function statusPage(status: PublicStatus): string {
  const more = html`<link rel="alternate" type="application/atom+xml" title="${status.title}" href="/status.atom">
<script type="module" src="/assets/live.js"></script>`
  return html`${head(`${headlineOf(status)} · ${status.title}`, signs[status.state], more)}
<body class="public" data-poll="15">
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><p class="brand">${status.title}</p></header>
<main id="main" tabindex="-1">
<section class="headline is-${signs[status.state]}" id="headline" data-live><h1>${sign(signs[status.state])}${headlineOf(status)}</h1>
<p>Updated <time id="page-time" datetime="${iso(status.at)}">${exact(status.at)}</time></p></section>
${current(status)}
${systems(status)}
${planned(status)}
${past(status)}
</main>
<footer><p class="quiet">All times are UTC. <a href="/status.atom">Follow as Atom feed</a></p></footer>
</body>
</html>
`.html
}

const iso = (at: number) => new Date(at).toISOString()
const time = (at: number): Safe => html`<time datetime="${iso(at)}">${exact(at).replace(/:\d\d UTC$/, ' UTC')}</time>`
const list = (titles: readonly string[]) => titles.join(', ')

function headlineOf({ state, systems: all }: PublicStatus): string {
  const parts = all.flatMap(system => system.parts)
  const hit = parts.filter(part => part.state === state).map(part => part.title)
  const some = hit.length > 3 ? `${hit.length} of ${parts.length} parts` : list(hit)
  if (parts.length === 0) return 'Nothing is shown here yet'
  if (state === 'operational')
    return parts.length === 1 ? `${parts[0]!.title} is operational` : 'Everything is operational'
  if (state === 'unknown') return `The state of ${some} is not known`
  return `${some}: ${words[state]}`
}

function current({ incidents, at }: PublicStatus): Content {
  const open = incidents.filter(({ resolvedAt }) => resolvedAt === undefined)
  return html`<div id="current" data-live>${open.length === 0 ? '' : html`<h2>Now</h2><ul class="events">${open.map(incident => entry(incident, at))}</ul>`}</div>`
}

/** In public words: the part and how it is, never the title that insiders see. */
function entry(incident: PublicIncident, now: number): Content {
  const { level, startedAt, openedAt, acknowledgedAt, resolvedAt } = incident
  const state = resolvedAt === undefined ? signs[level] : 'up'
  const lines: readonly (readonly [number, string])[] = [
    ...(resolvedAt === undefined ? [] : [[resolvedAt, 'It works again.'] as const]),
    ...(acknowledgedAt === undefined ? [] : [[acknowledgedAt, 'Work on it began.'] as const]),
    [openedAt, level === 'outage' ? 'Outage noticed.' : 'Slow or partial service noticed.'],
  ]
  return html`<li class="is-${state}" id="${incident.anchor}"><h3>${sign(state)}${list(incident.parts)}: ${words[level]} <span class="quiet">${incident.system}</span></h3>
<p>${resolvedAt === undefined ? html`Since ${time(startedAt)}, for ${span(now - startedAt)}` : html`From ${time(startedAt)} to ${time(resolvedAt)}, for ${span(resolvedAt - startedAt)}`}</p>
<ol>${lines.map(([at, text]) => html`<li>${time(at)} ${text}</li>`)}</ol></li>`
}

function systems({ systems: all, at }: PublicStatus): Content {
  if (all.length === 0) return html`<p class="quiet">No part has been made public yet.</p>`
  return html`<div id="parts" data-live>${all.map(
    system =>
      html`<section class="parts"><h2>${system.title}</h2><ul>${system.parts.map(one => part(one, at))}</ul></section>`,
  )}</div>
<p class="legend"><span class="key d-operational">operational</span><span class="key d-degraded">degraded</span><span class="key d-outage">outage</span><span class="key d-unknown">not measured</span></p>`
}

const part = (one: PublicPart, at: number): Content =>
  html`<li><div class="part-line"><h3>${one.title}</h3><span class="mark is-${signs[one.state]}">${sign(signs[one.state])}${words[one.state]}</span></div>
${dayBars(one, at)}
<div class="part-line quiet"><span>${one.days.length} days ago</span><span>${one.uptime === undefined ? 'not measured yet' : html`${percent(one.uptime)} without an outage, ${timeOf(one.measured)} of ${one.days.length} days measured`}</span><span>today</span></div></li>`

/** Hours and minutes of a page that is young, and days later. */
const timeOf = (ms: number): string => (ms < 2 * dayMs ? span(ms) : String(Math.round(ms / dayMs)))

const [pitch, tall] = [10, 32]
// Shape beside colour: an outage fills the height, trouble has a gap, a day without measurement is a low dot.
const shapes: Readonly<Record<PublicDay['state'], (x: number) => string>> = {
  operational: x => `M${x} 8h6v24h-6z`,
  degraded: x => `M${x} 8h6v10h-6zM${x} 22h6v10h-6z`,
  outage: x => `M${x} 0h6v32h-6z`,
  unknown: x => `M${x} 28h6v4h-6z`,
}

/** How a day was, and for how long that is known where something of it is missing. */
function dayWords({ from, state, measured, outage, degraded }: PublicDay, at: number): string {
  if (state === 'unknown') return 'not measured'
  const trouble = [
    outage > 0 ? `outage for ${span(outage)}` : '',
    degraded > 0 ? `degraded for ${span(degraded)}` : '',
  ].filter(Boolean)
  const words = trouble.length > 0 ? trouble.join(', ') : 'operational'
  return measured < almostAll * Math.min(dayMs, at - from) ? `${words} (measured for ${span(measured)})` : words
}

function dayBars({ title, days }: PublicPart, at: number): Safe {
  const width = days.length * pitch
  const bars = days.map((day, index) => {
    const x = index * pitch + 2
    const date = iso(day.from).slice(0, 10)
    return `<g><title>${date}: ${dayWords(day, at)}</title><path class="hit" d="M${x - 2} 0h${pitch}v${tall}h-${pitch}z"/><path class="d-${day.state}" d="${shapes[day.state](x)}"/></g>`
  })
  const many = (state: PublicDay['state']) => days.filter(day => day.state === state).length
  const summary = `${days.length} days: ${many('outage')} with an outage, ${many('degraded')} degraded, ${many('unknown')} not measured`
  return html`<svg class="days" viewBox="0 0 ${width} ${tall}" preserveAspectRatio="none" role="img" aria-label="${title}, ${summary}">${raw(bars.join(''))}</svg>`
}

function planned({ maintenance, at }: PublicStatus): Content {
  return html`<section id="planned" data-live>${
    maintenance.length === 0
      ? ''
      : html`<h2>Planned maintenance</h2><ul class="events">${maintenance.map(
          window =>
            html`<li class="is-maintenance"><h3>${sign('maintenance')}${list(window.parts)}</h3><p>${window.from <= at ? 'Now, until ' : html`From ${time(window.from)} to `}${time(window.to)}</p></li>`,
        )}</ul>`
  }</section>`
}

function past({ incidents, at }: PublicStatus): Content {
  const ended = incidents.filter(({ resolvedAt }) => resolvedAt !== undefined)
  return html`<section id="past" data-live><h2>The last two weeks</h2>${
    ended.length === 0
      ? html`<p class="quiet">No other incident.</p>`
      : html`<ul class="events">${ended.map(incident => entry(incident, at))}</ul>`
  }</section>`
}
