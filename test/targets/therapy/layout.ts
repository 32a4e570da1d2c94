import { html, type Markup, page } from '../kit/html.ts'
import type { Answer, Call } from '../kit/http.ts'
import { pwaHead } from '../kit/pwa.ts'
import type { Clinic } from './clinic.ts'
import type { Person } from './people.ts'
import { assetPath, colour } from './routes-system.ts'

const places = {
  member: [
    ['/dashboard', 'My sessions'],
    ['/book', 'Book'],
    ['/credits', 'Credits'],
    ['/profile', 'Profile'],
  ],
  therapist: [
    ['/therapist', 'My sessions'],
    ['/profile', 'Profile'],
  ],
  admin: [
    ['/admin', 'Overview'],
    ['/admin/audit', 'Audit trail'],
  ],
  partner: [['/partner', 'Members']],
  nobody: [
    ['/sign-in', 'Sign in'],
    ['/register', 'Register'],
    ['/enrol', 'For therapists'],
  ],
} as const

interface Layout {
  readonly title: string
  readonly body: Markup
  /** Whose page it is. */
  readonly person?: Person
  /** Beside the one that all pages have. */
  readonly script?: 'room.js'
}

export function layout({ title, body, person, script }: Layout): string {
  const links = places[person?.role ?? 'nobody'].map(([path, name]) => html`<a href="${path}">${name}</a> `)
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

/** A button that calls the API; the answer says where to go next, else the page is shown anew. */
export const action = (path: string, method: string, label: string): Markup =>
  html`<form data-api="${path}" data-method="${method}"><button>${label}</button></form>`

export const form = (path: string, method: string, fields: Markup, button: string): Markup =>
  html`<form data-api="${path}" data-method="${method}" novalidate class="fields">${fields}<button>${button}</button></form>`

/** A control with its label and the place of its error. `control` gets the name and the link to both. */
export const labelled = (label: string, name: string, control: (attributes: Markup) => Markup): Markup =>
  html`<div><label for="${name}">${label}</label>${control(html`id="${name}" name="${name}" aria-describedby="${name}-error"`)}
<p class="error" id="${name}-error"></p></div>`

export const field = (label: string, name: string, type = 'text', more: Markup = html`required`): Markup =>
  labelled(label, name, attributes => html`<input ${attributes} type="${type}" ${more}>`)

export const table = (
  label: string,
  head: readonly string[],
  rows: readonly (readonly (Markup | string)[])[],
): Markup =>
  html`<div class="wide"><table aria-label="${label}"><thead><tr>${head.map(text => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map(cells => html`<tr>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`

export const time = (at: number): Markup => {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`
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
