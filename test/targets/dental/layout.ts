import { action } from '../kit/api-forms.ts'
import { framedPages } from '../kit/frame.ts'
import { html, type Markup } from '../kit/html.ts'
import { type Call, type Route, route } from '../kit/http.ts'
import type { Role } from './accounts.ts'
import { type Signed, signedIn, type TopSmile } from './topsmile.ts'

const links = {
  nobody: [
    ['/', 'Equipe'],
    ['/portal/entrar', 'Portal do paciente'],
    ['/agendar', 'Agendar'],
  ],
  paciente: [['/portal', 'Meu portal']],
  staff: [
    ['/painel', 'Painel'],
    ['/pacientes', 'Pacientes'],
    ['/usuarios', 'Usuários'],
    ['/relatorios', 'Relatórios'],
  ],
} as const

/** What the pages have in common; `signed` is who looks at it. */
export function layout({ assets }: TopSmile, title: string, body: Markup, signed?: Signed): string {
  const framed = framedPages({ name: 'TopSmile', lang: 'pt-BR', menu: 'Principal', assets })
  if (!signed) return framed({ title, body, links: links.nobody })
  return framed({
    title,
    body,
    links: signed.user.role === 'paciente' ? links.paciente : links.staff,
    actions: action('POST /api/auth/logout', 'Sair', '/'),
    head: html`<meta name="csrf-token" content="${signed.session.csrf}">`,
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

export const hidden = (name: string, value: string) => html`<input type="hidden" name="${name}" value="${value}">`

export const choices = (legend: string, name: string, items: readonly (readonly [value: string, text: string])[]) =>
  html`<fieldset><legend>${legend}</legend>${items.map(
    ([value, text]) => html`<label><input type="radio" name="${name}" value="${value}" required> ${text}</label>`,
  )}</fieldset>`
