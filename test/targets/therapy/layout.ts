import { action } from '../kit/api-forms.ts'
import { type Content, framedPages } from '../kit/frame.ts'
import { html } from '../kit/html.ts'
import type { Answer, Call, Route } from '../kit/http.ts'
import { pwaHead } from '../kit/pwa.ts'
import { type Clinic, routesFor } from './clinic.ts'
import pages from './pages.json' with { type: 'json' }
import type { Person, Role } from './people.ts'

export const colour = '#1a5f4a'

export const layout = ({ assets }: Clinic, content: Content, person?: Person): string =>
  framedPages({ name: 'Therapy', assets })({
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
      return { headers, html: layout(clinic, content, person) }
    })
}

/** Refusals of the API are JSON; for a page whoever is not signed in is led to the door, and the rest is a page with a way back. */
export function refusal(clinic: Clinic, answer: Answer, call: Call): Answer {
  if (/^\/(api|assets|icons)\//.test(call.url.pathname)) return answer
  if (answer.status === 401) return { status: 303, headers: { location: '/sign-in' } }
  if (clinic.broken('THR-17')) return { ...answer, html: '' }
  const missing = answer.status === 404 || answer.status === 403
  const body = html`<p>${missing ? 'There is nothing here, or it is not yours to see.' : 'Something went wrong on our side.'}</p>
<p><a href="/">Back to the start</a></p>`
  return { ...answer, html: layout(clinic, { title: missing ? 'Not found' : 'Something went wrong', body }) }
}
