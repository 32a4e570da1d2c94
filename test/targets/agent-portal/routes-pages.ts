import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssets } from '../kit/assets.ts'
import { html, type Markup, page } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { pwaHead, pwaRoutes } from '../kit/pwa.ts'
import { pageFaults } from './faults.ts'
import { markupOf, type Part, readPage } from './page-parts.ts'
import type { Portal } from './portal.ts'

const forEver = 'public, max-age=31536000, immutable'
const heavyPath = '/assets/heavy.js'
const colour = '#0f5a6e'
const javascript = 'text/javascript; charset=utf-8'

interface Content {
  readonly title: string
  readonly parts: readonly Part[]
  /** Reached from another page, not from the menu. */
  readonly hidden?: boolean
  /** Shown without a session. */
  readonly open?: boolean
  readonly script?: string
}

/** The pages by path, in the order of the menu. */
const contents = JSON.parse(readPage('pages.json')) as Readonly<Record<string, Content>>

/** Pages, their assets, and what makes the portal an app that can be installed. */
export function pageRoutes(portal: Portal): readonly Route[] {
  const { broken } = portal
  const assets = createAssets(sources(portal), broken('AGT-53') ? {} : { 'cache-control': forEver })
  const faults = pageFaults.filter(broken).join(' ')

  const layout = (path: string, { title, parts, open = false, script = 'app.js' }: Content) =>
    page({
      title: `${title} · Agent portal`,
      style: assets.path('style.css'),
      script: assets.path(script),
      head: html`${pwaHead(colour)}${broken('AGT-10') && path === '/auth/login' ? html`<script src="${heavyPath}"></script>` : ''}`,
      body: html`<header><strong>Agent portal</strong>${open ? '' : menu}</header>
<main data-page="${path}" data-faults="${faults}" ${open ? '' : html`data-guarded`}><h1>${title}</h1>
${parts.map(markupOf)}${broken('AGT-09') && path === '/doctor-search' ? unlabelled : ''}
<p role="alert" data-error hidden></p><p role="status" data-notice hidden></p></main>`,
    })

  const alone = (title: string, name: string) =>
    layout(`/${name}`, { title, open: true, parts: [{ kind: 'file', name }] })
  const notFound = alone('Page not found', 'not-found')
  const offline = alone('You are offline', 'offline')
  const slow = (path: string) => (broken('AGT-01') && path === '/help-support' ? 3_000 : 0)

  return [
    route('GET', '/', () => ({ status: 302, headers: { location: '/dashboard' } })),
    ...assets.routes,
    ...(broken('AGT-10') ? [heavyScript()] : []),
    ...appRoutes(portal, assets.path('style.css'), offline),
    ...Object.entries(contents).map(([path, content]) => {
      const markup = layout(path, content)
      return route('GET', path, async () => {
        if (slow(path) > 0) await new Promise(resolve => setTimeout(resolve, slow(path)))
        return { html: markup }
      })
    }),
    {
      method: 'GET',
      path: /^\/(?!api\/|assets\/)/,
      handler: () => ({ status: broken('AGT-27') ? 200 : 404, html: notFound }),
    },
  ]
}

/** Two megabytes that do not shrink on their way. */
function heavyScript(): Route {
  const bytes = Buffer.from(`/*${randomBytes(2_000_000).toString('base64')}*/`)
  return route('GET', heavyPath, () => ({ bytes, type: javascript }))
}

const menu: Markup = html`<button type="button" data-menu aria-expanded="false" aria-controls="menu">Menu</button>
<nav id="menu" aria-label="Main"><ul>${Object.entries(contents)
  .filter(([, { hidden }]) => !hidden)
  .map(
    ([path, { title }]) => html`<li><a href="${path}">${title}</a></li>`,
  )}</ul><button type="button" data-sign-out>Sign out</button></nav>`

/** An input without a label, and text of too low contrast. */
const unlabelled = html`<input name="note"><p class="faint">Results are sorted by relevance</p>`

function sources({ broken }: Portal) {
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  const covered = broken('AGT-28')
    ? '@media (width < 45rem) { header::after { position: absolute; inset: 0; content: ""; } }'
    : ''
  return [
    { name: 'style.css', type: 'text/css; charset=utf-8', text: read('style.css') + covered },
    ...['app.js', 'booking.js', 'profile.js'].map(name => ({ name, type: javascript, text: read(name) })),
  ]
}

/** Manifest, icons, service worker and offline page. */
function appRoutes({ broken }: Portal, style: string, offlinePage: string): readonly Route[] {
  const routes = pwaRoutes({ name: 'Corporate Agent Module', colour, offlinePage, keep: [style] })
  return routes.filter(({ path }) => !(broken('AGT-48') && path.test('/manifest.webmanifest')))
}
