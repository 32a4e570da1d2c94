import { action, apiForm, field } from '../kit/api-forms.ts'
import { html, type Markup } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { markupOf } from '../kit/page-parts.ts'
import { table } from '../kit/table.ts'
import { type Role, staff, staffOf } from './accounts.ts'
import { choices, layout, pagesFor } from './layout.ts'
import { inWords, localTime } from './local-time.ts'
import { reportOf } from './practice.ts'
import { findPatient } from './routes-practice.ts'
import type { TopSmile } from './topsmile.ts'

const roleNames: Readonly<Record<Role, string>> = {
  admin: 'Administração',
  dentista: 'Dentista',
  recepcao: 'Recepção',
  paciente: 'Paciente',
}

export const signInForm = apiForm(
  'POST /api/auth/login',
  html`${field('E-mail', 'email', 'email')}${field('Senha', 'password', 'password')}`,
  'Entrar',
)

/** The pages of the staff. Whoever is not signed in is sent to the sign-in. */
export function staffPages(topSmile: TopSmile): readonly Route[] {
  const { accounts, broken, clock, practice } = topSmile
  const staffPage = pagesFor(topSmile, staff, '/')

  return [
    route('GET', '/', () => ({ html: layout(topSmile, 'Entrar', signInForm) })),

    staffPage('/painel', 'Painel', () => {
      const list = markupOf({
        kind: 'table',
        label: 'Consultas de hoje',
        // With the fault nobody asks for them.
        from: broken('DNT-13') ? '' : '/api/appointments?day=today',
        items: 'appointments',
        columns: { Horário: 'time', Paciente: 'name', Serviço: 'service' },
      })
      return html`<section aria-label="Consultas de hoje" aria-busy="true"><h2>Consultas de hoje</h2>
<p data-loading>Carregando…</p>${list}</section>`
    }),

    staffPage('/pacientes', 'Pacientes', ({ user }, call) => {
      const search = call.url.searchParams.get('busca') ?? ''
      const input = html`<input name="busca" type="search" value="${search}">`
      return html`<form role="search">${broken('DNT-36') ? input : html`<label>Buscar ${input}</label>`}<button>Mostrar</button></form>
${table('Pacientes', practice.patientsOf(user.clinic, search), {
  Nome: ({ id, name }) => html`<a href="/pacientes/${id}">${name}</a>`,
  Telefone: 'phone',
})}`
    }),

    staffPage('/pacientes/:id', 'Prontuário', ({ user }, call) => {
      const { id, name, phone } = findPatient(topSmile, call.params['id'], user.clinic)
      const entries = practice
        .recordOf(id)
        .map(({ author, text, at }) => html`<li><p>${text}</p><small>${author}, ${inWords(at)}</small></li>`)
      return html`<h2>${broken('DNT-23') ? { markup: name } : name}</h2><p>${phone}</p>
${apiForm(`POST /api/patients/${id}/record`, html`<label>Nova anotação <textarea name="text" required></textarea></label>`, 'Salvar')}
<ul aria-label="Anotações">${entries}</ul>`
    }),

    staffPage('/usuarios', 'Usuários', ({ user }) => {
      const list = table('Usuários', staffOf(accounts, user.clinic), {
        Nome: 'name',
        'E-mail': 'email',
        [broken('DNT-19') ? 'users.columns.role' : 'Função']: ({ role }) => roleNames[role],
        Ação: ({ id, name }) => action(`DELETE /api/users/${id}`, `Remover ${name}`),
      })
      const roles = staff.map(role => [role, roleNames[role]] as const)
      return html`${list}<h2>Novo usuário</h2>
${apiForm('POST /api/users', html`${field('Nome', 'name')}${field('E-mail', 'email', 'email')}${field('Senha', 'password', 'password')}${choices('Função', 'role', roles)}`, 'Criar usuário')}`
    }),

    staffPage('/relatorios', 'Relatórios', ({ user }) => reports(topSmile, user.clinic, localTime(clock.now()))),
  ]
}

const whole = new Intl.NumberFormat('pt-BR')
const money = new Intl.NumberFormat('pt-BR', { style: 'currency', currency: 'BRL' })
const share = new Intl.NumberFormat('pt-BR', { style: 'percent', maximumFractionDigits: 1 })

function reports({ practice, broken }: TopSmile, clinic: string, now: string): Markup {
  const report = reportOf(practice, clinic, now.slice(0, 10))
  const figures = [
    ['Consultas', whole.format(report.appointments)],
    ['Faturamento', money.format(broken('DNT-18') ? Number.NaN : report.revenue)],
    ['Faltas', share.format(report.missed)],
    ['Pacientes', whole.format(report.patients)],
  ] as const
  const weeks = broken('DNT-18') ? [] : report.weeks
  const most = Math.max(1, ...weeks.map(({ appointments }) => appointments))
  const bars = weeks.map(({ appointments }, index) => {
    const height = Math.round((appointments / most) * 100)
    return html`<rect x="${index * 50 + 5}" y="${100 - height}" width="40" height="${height}"></rect>`
  })
  return html`<p>Últimas quatro semanas.</p>
<dl>${figures.map(([name, figure]) => html`<div><dt>${name}</dt><dd aria-label="${name}">${figure}</dd></div>`)}</dl>
<h2>Consultas por semana</h2>
<svg role="img" aria-label="Gráfico de consultas por semana" viewBox="0 0 200 100" width="400" height="200">${bars}</svg>
${table('Consultas por semana', weeks, {
  'Semana de': ({ from }) => inWords(from).slice(0, 10),
  Consultas: 'appointments',
})}`
}
