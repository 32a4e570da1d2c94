import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssets } from '../kit/assets.ts'
import { html } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { type Layout, layout, table } from './layout.ts'
import type { PartName, TopSmile } from './topsmile.ts'

/** Health, version, documentation of the API. */
export function systemRoutes(topSmile: TopSmile, assets: Layout['assets']): readonly Route[] {
  const { broken, clock, parts, revision, startedAt } = topSmile
  // The fault needs a part that is down, and only health may say so.
  const isDown = (part: PartName) => parts.isDown(part) || (part === 'redis' && broken('DNT-10'))
  const documentation = broken('DNT-31')
    ? []
    : [
        route('GET', '/api-docs', () => ({
          html: layout({ title: 'API do TopSmile (Swagger)', body: operationTable, assets }),
        })),
        route('GET', '/api-docs/openapi.json', () => ({ json: openApi() })),
      ]
  return [
    route('GET', '/health', () => {
      const services = { mongodb: isDown('mongodb') ? 'error' : 'ok', redis: isDown('redis') ? 'error' : 'ok' }
      const isOk = Object.values(services).every(state => state === 'ok') || broken('DNT-10')
      const uptime = (clock.now() - startedAt) / 1_000
      return { status: isOk ? 200 : 503, json: { status: isOk ? 'ok' : 'degraded', uptime, services } }
    }),
    route('GET', '/health/live', () => ({ json: { status: 'alive' } })),
    route('GET', '/version', () => ({ json: { revision: revision.current } })),
    ...documentation,
  ]
}

const operations = [
  ['post', '/api/auth/login', 'Entra com e-mail e senha'],
  ['post', '/api/auth/refresh', 'Troca o token de renovação, que vale uma vez'],
  ['post', '/api/auth/logout', 'Encerra a sessão'],
  ['get', '/api/auth/me', 'Mostra quem está na sessão'],
  ['get', '/api/clinics', 'Lista clínicas e serviços'],
  ['get', '/api/clinics/{id}/times', 'Lista os horários livres de um dia'],
  ['post', '/api/bookings', 'Agenda uma consulta'],
  ['get', '/api/appointments', 'Lista as consultas, todas ou de um dia'],
  ['post', '/api/appointments', 'Marca uma consulta'],
  ['delete', '/api/appointments/{id}', 'Desmarca uma consulta'],
  ['get', '/api/patients', 'Lista pacientes'],
  ['post', '/api/patients', 'Cadastra um paciente'],
  ['get', '/api/patients/{id}', 'Mostra um paciente'],
  ['delete', '/api/patients/{id}', 'Remove um paciente'],
  ['get', '/api/patients/{id}/record', 'Mostra o prontuário'],
  ['post', '/api/patients/{id}/record', 'Escreve no prontuário'],
  ['get', '/api/users', 'Lista usuários'],
  ['post', '/api/users', 'Cria um usuário'],
  ['delete', '/api/users/{id}', 'Remove um usuário'],
] as const

function openApi() {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [method, path, summary] of operations) {
    paths[path] = { ...paths[path], [method]: { summary, responses: { default: { description: 'JSON' } } } }
  }
  return { openapi: '3.1.0', info: { title: 'TopSmile', version: '1.0.0' }, paths }
}

const operationTable = table(
  'Operações',
  ['Método', 'Caminho', 'Resumo'],
  operations.map(cells => html`<tr>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`),
)

/** Style, script and its source map, under names that change with their content and may be kept for a year. */
export function dentalAssets({ broken }: Pick<TopSmile, 'broken'>) {
  const headers = { 'cache-control': 'public, max-age=31536000, immutable' }
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  const script = read('app.js')
  const settings = broken('DNT-40') ? "connect('mongodb://topsmile:reference-password@mongodb:27017/topsmile')\n" : ''
  const map = { version: 3, file: 'app.js', sources: ['app.js'], sourcesContent: [settings + script], mappings: '' }
  const maps = createAssets([{ name: 'app.js.map', type: 'application/json', text: JSON.stringify(map) }], headers)
  const named = `${script}//# sourceMappingURL=${maps.path('app.js.map')}\n`
  const { routes, path } = createAssets(
    [
      { name: 'app.js', type: 'text/javascript; charset=utf-8', text: named },
      { name: 'style.css', type: 'text/css; charset=utf-8', text: read('../kit/base.css') + read('style.css') },
    ],
    headers,
  )
  return { assets: { script: path('app.js'), style: path('style.css') }, routes: [...maps.routes, ...routes] }
}
