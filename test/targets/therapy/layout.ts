import { action } from '../kit/api-forms.ts'
import type { Assets } from '../kit/assets.ts'
import { framedPages } from '../kit/frame.ts'
import { html, type Markup } from '../kit/html.ts'
import type { Answer, Call, Route } from '../kit/http.ts'
import { createPageAssets, forEver } from '../kit/page-assets.ts'
import { pwaHead } from '../kit/pwa.ts'
import { type Clinic, routesFor } from './clinic.ts'
import pages from './pages.json' with { type: 'json' }
import type { Person, Role } from './people.ts'

interface Content {
  readonly title: string
  readonly body: Markup
  /** Default: the one that all pages have. */
  readonly script?: 'room.js'
}

export const colour = '#1a5f4a'

export const assetsWith = (headers: Readonly<Record<string, string>>): Assets =>
  createPageAssets({ folder: import.meta.dirname, scripts: ['app.js', 'room.js'], headers })
export const keptAssets = assetsWith({ 'cache-control': forEver })

const framed = framedPages({ name: 'Therapy', assets: keptAssets })

export const layout = (content: Content, person?: Person): string =>
  framed({
    ...content,
    links: pages.menus[person?.role ?? 'nobody'].map(([path, name]) => [path!, name!] as const),
    actions: person ? action('POST /api/auth/logout', 'Sign out') : html``,
    head: pwaHead(colour),
  })

/** Makes pages for people of these roles; without any, for whoever is signed in. */
export function pagesFor(clinic: Clinic, ...roles: readonly Role[]) {
  const guarded = routesFor(clinic, ...roles)
  type Shown = Content & Pick<Answer, 'headers'>
  return (path: string, show: (person: Person, call: Call) => Shown | Promise<Shown>): Route =>
    guarded('GET', path, async (call, person) => {
      const { headers = {}, ...content } = await show(person, call)
      return { headers, html: layout(content, person) }
    })
}

/** Refusals of the API are JSON; for a page whoever is not signed in is led to the door, and the rest is a page with a way back. */
export function refusal({ broken }: Clinic) {
  return (answer: Answer, call: Call): Answer => {
    if (/^\/(api|assets|icons)\//.test(call.url.pathname)) return answer
    if (answer.status === 401) return { status: 303, headers: { location: '/sign-in' } }
    if (broken('THR-17')) return { ...answer, html: '' }
    const missing = answer.status === 404 || answer.status === 403
    const body = html`<p>${missing ? 'There is nothing here, or it is not yours to see.' : 'Something went wrong on our side.'}</p>
<p><a href="/">Back to the start</a></p>`
    return { ...answer, html: layout({ title: missing ? 'Not found' : 'Something went wrong', body }) }
  }
}
