import { apiForm, field } from '../kit/api-forms.ts'
import { html, type Markup } from '../kit/html.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { choices, hidden, layout, pagesFor } from './layout.ts'
import { dayAfter, inWords, isLocalTime, localTime } from './local-time.ts'
import { signInForm } from './pages-staff.ts'
import { clinics, serviceOf, services } from './practice.ts'
import { freeTimes, nextAppointment } from './routes-practice.ts'
import { signedIn, type TopSmile } from './topsmile.ts'

/** The portal of the patients, and the booking that needs no account. */
export function patientPages(topSmile: TopSmile): readonly Route[] {
  const { broken, clock, practice } = topSmile
  const publicPage = (path: string, title: string, body: (call: Call) => Markup) =>
    route('GET', path, call => ({ html: layout(topSmile, title, body(call), signedIn(topSmile, call)) }))
  const patientPage = pagesFor(topSmile, ['paciente'], '/portal/entrar')

  return [
    publicPage('/portal/entrar', 'Portal do paciente', () => signInForm),

    patientPage('/portal', 'Meu portal', signed => {
      const next = nextAppointment(topSmile, signed)
      return html`<p>Olá, ${signed.user.name}!</p>
<section aria-label="Próxima consulta"><h2>Próxima consulta</h2>${
        next
          ? html`<p>${inWords(next.start)}</p><p>${serviceOf(next.service)?.name ?? ''}</p><p>${next.name}</p>`
          : html`<p>Nenhuma consulta marcada.</p>`
      }</section>
<p><a href="/agendar">Agendar consulta</a></p>`
    }),

    publicPage('/agendar', 'Agendar consulta', ({ url: { searchParams: query } }) => {
      const clinic = clinics.find(({ id }) => id === query.get('clinica'))
      const service = serviceOf(query.get('servico') ?? '')
      const start = query.get('horario')
      const tomorrow = dayAfter(localTime(clock.now()), 1)
      const day = isLocalTime(`${query.get('dia')}T00:00`) ? query.get('dia')! : tomorrow
      const hint = broken('DNT-19') ? 'Please choose one of the options and continue.' : 'Escolha uma opção e continue.'
      if (!clinic) {
        const all = clinics.map(({ id, name }) => [id, name] as const)
        return html`<p>${hint}</p><form>${choices('Clínica', 'clinica', all)}<button>Continuar</button></form>`
      }
      const chosen = html`${hidden('clinica', clinic.id)}${service ? hidden('servico', service.id) : ''}`
      if (!service) {
        const all = services.map(({ id, name }) => [id, name] as const)
        return html`<form>${chosen}${choices('Serviço', 'servico', all)}<button>Continuar</button></form>`
      }
      if (!isLocalTime(start)) {
        const times = freeTimes(topSmile, clinic.id, day).map(time => [time, time.slice(11)] as const)
        return html`<form>${chosen}<label>Dia <input type="date" name="dia" value="${day}" min="${tomorrow}" required></label><button>Ver horários</button></form>
<form>${chosen}${choices('Horário', 'horario', times)}<button>Continuar</button></form>`
      }
      return html`<p>${service.name}, ${clinic.name}, ${inWords(start)}.</p>
${apiForm(
  'POST /api/bookings',
  html`${hidden('clinic', clinic.id)}${hidden('service', service.id)}${hidden('start', start)}${field('Nome', 'name')}${field('Telefone', 'phone', 'tel')}`,
  'Confirmar',
)}`
    }),

    publicPage('/agendar/confirmada/:code', 'Consulta confirmada', call => {
      const appointment = practice.appointments.get(call.params['code']!)
      if (!appointment) throw new Refusal(404, { error: 'Agendamento não encontrado' })
      const clinic = clinics.find(({ id }) => id === appointment.clinic)
      return html`<p>Código: <strong>${appointment.id}</strong></p>
<p role="status">${serviceOf(appointment.service)?.name ?? ''}, ${clinic?.name ?? ''}, ${inWords(appointment.start)}.</p>`
    }),
  ]
}
