import { html, type Markup, page } from '../kit/html.ts'
import type { Signed } from './topsmile.ts'

/** What the pages have in common; `signed` is who looks at it. */
export interface Layout {
  readonly title: string
  readonly body: Markup
  readonly signed?: Signed | undefined
  /** Addresses of style and script. */
  readonly assets: { readonly style: string; readonly script: string }
}

const links = (role: string) =>
  role === 'paciente'
    ? [['/portal', 'Meu portal']]
    : [
        ['/painel', 'Painel'],
        ['/pacientes', 'Pacientes'],
        ['/usuarios', 'Usuários'],
        ['/relatorios', 'Relatórios'],
      ]

export function layout({ title, body, signed, assets }: Layout): string {
  const menu = signed
    ? html`<nav aria-label="Principal">${links(signed.user.role).map(([path, text]) => html`<a href="${path!}">${text!}</a> `)}</nav>
${apiForm('POST /api/auth/logout', '/', html``, 'Sair')}`
    : html`<nav aria-label="Principal"><a href="/">Equipe</a> <a href="/portal/entrar">Portal do paciente</a> <a href="/agendar">Agendar</a></nav>`
  return page({
    title: `${title} · TopSmile`,
    lang: 'pt-BR',
    ...assets,
    head: signed ? html`<meta name="csrf-token" content="${signed.session.csrf}">` : html``,
    body: html`<header><strong>TopSmile</strong> ${menu}</header>
<main><h1>${title}</h1>
<p role="alert" data-error hidden></p>
${body}</main>`,
  })
}

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
