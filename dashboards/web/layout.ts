import type { HealthState, Problem } from '../../runner/core/contracts.ts'
import type { SelfStats } from '../../runner/core/ports.ts'
import { ago, count, duration, exact } from './format.ts'
import { type Content, html } from './html.ts'
import { favicon } from './marks.ts'

/** What every page shows around its answer. */
export interface Frame {
  readonly environment: string
  readonly location: string
  readonly version: string
  readonly now: number
  readonly self: SelfStats
  /** Who looks at it; absent for a stranger. */
  readonly asker?: { readonly name: string; readonly as: string }
  /** May say who else may do what. */
  readonly isAdmin: boolean
  /** A stranger where reading needs a sign-in: nothing of the inside is shown. */
  readonly isShut: boolean
  /** There is a public status page. */
  readonly hasStatus: boolean
  /** An answer to a form: asking for its address again would not bring it again, so that it is not kept live. */
  readonly isAnswer: boolean
}

const nav = [
  ['overview', '/', 'Checks'],
  ['incidents', '/incidents', 'Incidents'],
  ['objectives', '/objectives', 'Objectives'],
  ['requirements', '/requirements', 'Requirements'],
  ['load', '/load', 'Load runs'],
  ['deploys', '/deploys', 'Deploys'],
  ['maintenance', '/maintenance', 'Maintenance'],
  ['notifications', '/notifications', 'Notifications'],
  ['self', '/self', 'Monitor'],
  ['people', '/people', 'People'],
  ['status', '/status', 'Status page'],
] as const

export interface Page {
  readonly title: string
  /** Picture in the tab. Default: up. */
  readonly state?: HealthState
  readonly here?: (typeof nav)[number][0]
  readonly main: Content
  /** Islands that this page needs beside the live one. */
  readonly islands?: readonly string[]
}

export function layout(frame: Frame, page: Page): string {
  if (frame.isShut) return shut(page)
  const { islands = [] } = page
  const live = html`${islands.length > 0 ? html`<link rel="stylesheet" href="/assets/uplot.css">` : ''}
${frame.isAnswer ? '' : html`<script type="module" src="/assets/live.js"></script>`}
${islands.map(name => html`<script type="module" src="/assets/${name}"></script>`)}`
  return html`${head(`${page.title} · Vedette`, page.state ?? 'up', live)}
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/">Vedette</a>
<p class="where"><span class="env">${frame.environment}</span> <span class="quiet">from ${frame.location}</span></p>
<p class="live" data-live-state role="status"></p>
<button class="menu" type="button" popovertarget="menu">Menu</button>
<nav id="menu" aria-label="Pages" popover><ul>${nav
    .filter(([id]) => (id !== 'status' || frame.hasStatus) && (id !== 'people' || frame.isAdmin))
    .map(
      ([id, href, word]) =>
        html`<li><a href="${href}"${page.here === id ? html` aria-current="page"` : ''}>${word}</a></li>`,
    )}</ul>${who(frame)}</nav>
</header>
<main id="main" tabindex="-1">
${refused(frame.self)}
${unlisted(frame.self)}
${page.main}
</main>
${footer(frame)}
</body>
</html>
`.html
}

/** `more`: what a page has in its head besides. */
export const head = (title: string, state: HealthState, more: Content): Content => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${favicon(state)}" id="favicon">
<link rel="stylesheet" href="/assets/style.css">
${more}
</head>`

/** A page without anything that only those may see who are signed in. */
const shut = ({ title, main }: Page): string =>
  html`${head(`${title} · Vedette`, 'up', '')}
<body>
<header class="top"><a class="brand" href="/">Vedette</a></header>
<main id="main">
${main}
</main>
</body>
</html>
`.html

const who = ({ asker }: Frame): Content =>
  asker === undefined
    ? html`<p class="who"><a href="/sign-in">Sign in</a></p>`
    : html`<div class="who"><span>${asker.name} <span class="quiet">${asker.as}</span></span><form method="post" action="/sign-out"><button class="link">Sign out</button></form></div>`

/** A change that was not taken, until a good one comes: the page must not pretend to show the newest definitions. */
function refused(self: SelfStats): Content {
  if (!self.refused?.length) return ''
  const title = `A changed configuration was refused; generation ${self.generation} goes on`
  return notice('refused', title, self.refused)
}

/** Tests that cannot be listed are not watched: an empty page must not look like a quiet night. */
function unlisted(self: SelfStats): Content {
  return self.unlisted?.length
    ? notice('unlisted', 'Some journeys cannot be listed, so they are not watched', self.unlisted)
    : ''
}

const notice = (id: string, title: string, problems: readonly Problem[]): Content =>
  html`<section class="notice bad" aria-labelledby="${id}" id="${id}-notice" data-live>
<h2 id="${id}">${title}</h2>
<ul>${problems.map(
    problem =>
      html`<li>${problem.file ? html`<code>${problem.file}${problem.line ? `:${problem.line}` : ''}</code> ` : ''}${problem.path.join(' › ')}: ${problem.message}</li>`,
  )}</ul></section>`

/** The monitor itself: whoever doubts the page looks here. */
function footer({ self, now, version }: Frame): Content {
  const facts: readonly (readonly [string, Content])[] = [
    ['Running', count(self.running, 'run')],
    ['Waiting', count(self.queued, 'run')],
    ['Missed', count(self.missed, 'run')],
    ['Lateness p99', duration(self.lateness.p99)],
    ['Loop delay', duration(self.loopDelay)],
    ['Browsers', self.browsers],
    ['Children', self.children],
    ['Generation', self.generation],
    ['Started', ago(self.startedAt, now)],
  ]
  return html`<footer id="self" data-live>
<h2 class="quiet"><a href="/self">The monitor itself</a></h2>
${self.ready ? '' : html`<p class="notice bad">Not ready: ${self.notReady ?? 'starting'}</p>`}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<div class="quiet">Vedette ${version}. All times are UTC; this page is of <time id="page-time" datetime="${new Date(now).toISOString()}">${exact(now)}</time>.
<a href="/metrics">Metrics</a> <a href="/api/openapi.json">API</a></div>
</footer>`
}

/** A page of a few words: not found, not allowed, broken. */
export function messagePage(title: string, sentences: readonly Content[]): Page {
  return { title, main: html`<h1>${title}</h1>${sentences.map(sentence => html`<p>${sentence}</p>`)}` }
}

/** Parts of a page as text for the tab: `(2 down) Checks`. */
export const tabTitle = (title: string, many: number, word = 'down'): string =>
  many > 0 ? `(${many} ${word}) ${title}` : title
