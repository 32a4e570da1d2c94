import { action } from '../kit/api-forms.ts'
import { html, type Markup, page } from '../kit/html.ts'
import type { Answer, Call, Route } from '../kit/http.ts'
import { pwaHead } from '../kit/pwa.ts'
import { type Clinic, routesFor } from './clinic.ts'
import pages from './pages.json' with { type: 'json' }
import type { Person, Role } from './people.ts'
import { assetPath, colour } from './routes-system.ts'

interface Layout {
  readonly title: string
  readonly body: Markup
  /** Whose page it is. */
  readonly person?: Person
  /** Beside the one that all pages have. */
  readonly script?: 'room.js'
}

export function layout({ title, body, person, script }: Layout): string {
  const links = pages.menus[person?.role ?? 'nobody'].map(([path, name]) => html`<a href="${path!}">${name!}</a> `)
  return page({
    title: `${title} · Therapy`,
    style: assetPath('style.css'),
    script: assetPath('app.js'),
    head: html`${pwaHead(colour)}${script ? html`<script type="module" src="${assetPath(script)}"></script>` : ''}`,
    body: html`<header><strong>Therapy</strong> <nav aria-label="Main">${links}</nav>
${person ? action('/api/auth/logout', 'POST', 'Sign out') : ''}</header>
<main><h1>${title}</h1>
${body}
<p role="alert" data-error hidden></p></main>`,
  })
}

interface Content extends Pick<Layout, 'title' | 'body' | 'script'> {
  readonly headers?: Readonly<Record<string, string>>
}

/** Makes pages for people of these roles; without any, for whoever is signed in. */
export function pagesFor(clinic: Clinic, ...roles: readonly Role[]) {
  const guarded = routesFor(clinic, ...roles)
  return (path: string, show: (person: Person, call: Call) => Content | Promise<Content>): Route =>
    guarded('GET', path, async (call, person) => {
      const { headers = {}, ...content } = await show(person, call)
      return { headers, html: layout({ ...content, person }) }
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
