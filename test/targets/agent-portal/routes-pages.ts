import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { framedPages, signOutButton } from '../kit/frame.ts'
import { html } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { createPageAssets } from '../kit/page-assets.ts'
import { markupOf, type Part } from '../kit/page-parts.ts'
import { pwaHead, pwaRoutes } from '../kit/pwa.ts'
import { pageFaults } from './faults.ts'
import type { Portal } from './portal.ts'

const heavyPath = '/assets/heavy.js'
const colour = '#0f5a6e'

interface Content {
  readonly title: string
  readonly parts: readonly Part[]
  /** Reached from another page, not from the menu. */
  readonly hidden?: boolean
  /** Shown without a session. */
  readonly open?: boolean
  readonly script?: string
}

const read = (file: string) => readFileSync(join(import.meta.dirname, 'pages', file), 'utf8')
/** The pages by path, in the order of the menu. */
const contents = Object.entries(JSON.parse(read('pages.json')) as Readonly<Record<string, Content>>)
const links = contents.flatMap(([path, { title, hidden }]) => (hidden ? [] : [[path, title] as const]))
const menuButton = html`<button type="button" data-menu aria-expanded="false" aria-controls="menu">Menu</button>`
const around = { links, actions: html`${menuButton}${signOutButton}` }

/** An input without a label, and text of too low contrast. */
const unlabelled = html`<input name="note"><p class="faint">Results are sorted by relevance</p>`
const covered = '@media (width < 45rem) { header::after { position: absolute; inset: 0; content: ""; } }'

/** Pages, their assets, and what makes the portal an app that can be installed. */
export function pageRoutes({ broken }: Portal): readonly Route[] {
  const assets = createPageAssets({
    folder: import.meta.dirname,
    scripts: ['app.js', 'booking.js', 'profile.js'],
    moreStyle: broken('AGT-28') ? covered : '',
    isKept: !broken('AGT-53'),
  })
  const framed = framedPages({ name: 'Agent portal', assets })
  const faults = pageFaults.filter(broken).join(' ')
  const layout = (path: string, { title, parts, open = false, script = 'app.js' }: Content) =>
    framed({
      ...(open ? {} : around),
      title,
      script,
      head: html`${pwaHead(colour)}${broken('AGT-10') && path === '/auth/login' ? html`<script src="${heavyPath}"></script>` : ''}`,
      attributes: html`data-page="${path}" data-faults="${faults}" ${open ? '' : html`data-guarded`}`,
      body: html`${parts.map(part => markupOf(part, name => read(`${name}.html`)))}${broken('AGT-09') && path === '/doctor-search' ? unlabelled : ''}`,
    })
  const alone = (title: string, name: string) =>
    layout(`/${name}`, { title, open: true, parts: [{ kind: 'file', name }] })
  const notFound = alone('Page not found', 'not-found')
  const offlinePage = alone('You are offline', 'offline')
  const app = pwaRoutes({ name: 'Corporate Agent Module', colour, offlinePage, keep: [assets.path('style.css')] })

  return [
    route('GET', '/', () => ({ status: 302, headers: { location: '/dashboard' } })),
    ...assets.routes,
    ...(broken('AGT-10') ? [heavyScript()] : []),
    ...app.filter(({ path }) => !(broken('AGT-48') && path.test('/manifest.webmanifest'))),
    ...contents.map(([path, content]) => {
      const markup = layout(path, content)
      return route('GET', path, async () => {
        if (broken('AGT-01') && path === '/help-support') await setTimeout(3_000)
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
  return route('GET', heavyPath, () => ({ bytes, type: 'text/javascript; charset=utf-8' }))
}
