import { html, type Markup, page } from '../kit/html.ts'
import { type Call, type Route, route } from '../kit/http.ts'
import type { Role } from './accounts.ts'
import { type Signed, signedIn, type TopSmile } from './topsmile.ts'

const links = (role: string) =>
  role === 'paciente'
    ? [['/portal', 'Meu portal']]
    : [
        ['/painel', 'Painel'],
        ['/pacientes', 'Pacientes'],
        ['/usuarios', 'Usuários'],
        ['/relatorios', 'Relatórios'],
      ]

/** What the pages have in common; `signed` is who looks at it. */
export function layout({ assets }: TopSmile, title: string, body: Markup, signed?: Signed): string {
  const menu = signed
    ? html`<nav aria-label="Principal">${links(signed.user.role).map(([path, text]) => html`<a href="${path!}">${text!}</a> `)}</nav>
${apiForm('POST /api/auth/logout', '/', html``, 'Sair')}`
    : html`<nav aria-label="Principal"><a href="/">Equipe</a> <a href="/portal/entrar">Portal do paciente</a> <a href="/agendar">Agendar</a></nav>`
  return page({
    title: `${title} · TopSmile`,
    lang: 'pt-BR',
    style: assets.path('style.css'),
    script: assets.path('app.js'),
    head: signed ? html`<meta name="csrf-token" content="${signed.session.csrf}">` : html``,
    body: html`<header><strong>TopSmile</strong> ${menu}</header>
<main><h1>${title}</h1>
<p role="alert" data-error hidden></p>
${body}</main>`,
  })
}

/** Makes pages for people with one of these roles; all others are sent to `signIn`. */
export const pagesFor =
  (topSmile: TopSmile, roles: readonly Role[], signIn: string) =>
  (path: string, title: string, body: (signed: Signed, call: Call) => Markup): Route =>
    route('GET', path, call => {
      const signed = signedIn(topSmile, call)
      if (!signed || !roles.includes(signed.user.role)) return { status: 302, headers: { location: signIn } }
      return { html: layout(topSmile, title, body(signed, call), signed) }
    })

export const field = (label: string, name: string, type = 'text') =>
  html`<label>${label} <input name="${name}" type="${type}" required></label>`

export const hidden = (name: string, value: string) => html`<input type="hidden" name="${name}" value="${value}">`

export const choices = (legend: string, name: string, items: readonly (readonly [value: string, text: string])[]) =>
  html`<fieldset><legend>${legend}</legend>${items.map(
    ([value, text]) => html`<label><input type="radio" name="${name}" value="${value}" required> ${text}</label>`,
  )}</fieldset>`

/** A form that the script sends to the API: `POST /api/users`; then another page is shown, or the same again. */
export const apiForm = (api: string, next: string, body: Markup, button: string) =>
  html`<form data-api="${api}" data-next="${next}">${body}<button>${button}</button></form>`

export const table = (label: string, heads: readonly string[], rows: readonly Markup[]) =>
  html`<table aria-label="${label}"><thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`
