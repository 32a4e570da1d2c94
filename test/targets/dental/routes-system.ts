import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
          html: layout({ title: 'API do TopSmile (Swagger)', body: operations, assets }),
        })),
        route('GET', '/api-docs/openapi.json', () => ({ json: openApi })),
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

const operation = (summary: string) => ({ summary, responses: { default: { description: 'JSON' } } })

const openApi = {
  openapi: '3.1.0',
  info: { title: 'TopSmile', version: '1.0.0' },
  paths: {
    '/api/auth/login': { post: operation('Entra com e-mail e senha') },
    '/api/auth/refresh': { post: operation('Troca o token de renovação, que vale uma vez') },
    '/api/auth/logout': { post: operation('Encerra a sessão') },
    '/api/auth/me': { get: operation('Mostra quem está na sessão') },
    '/api/clinics': { get: operation('Lista clínicas e serviços') },
    '/api/clinics/{id}/times': { get: operation('Lista os horários livres de um dia') },
    '/api/bookings': { post: operation('Agenda uma consulta') },
    '/api/appointments': { get: operation('Lista as consultas de um dia'), post: operation('Marca uma consulta') },
    '/api/appointments/{id}': { delete: operation('Desmarca uma consulta') },
    '/api/patients': { get: operation('Lista pacientes'), post: operation('Cadastra um paciente') },
    '/api/patients/{id}': { get: operation('Mostra um paciente'), delete: operation('Remove um paciente') },
    '/api/patients/{id}/record': { get: operation('Mostra o prontuário'), post: operation('Escreve no prontuário') },
    '/api/users': { get: operation('Lista usuários'), post: operation('Cria um usuário') },
    '/api/users/{id}': { delete: operation('Remove um usuário') },
  },
}

const operations = table(
  'Operações',
  ['Método', 'Caminho', 'Resumo'],
  Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { summary }]) => html`<tr><td>${method.toUpperCase()}</td><td>${path}</td><td>${summary}</td></tr>`,
    ),
  ),
)

/** Style, script and its source map, under names that change with their content and may be kept for a year. */
export function createAssets({ broken }: Pick<TopSmile, 'broken'>) {
  const read = (name: string) => readFileSync(join(import.meta.dirname, name))
  const script = read('app.js')
  const settings = broken('DNT-40') ? "connect('mongodb://topsmile:reference-password@mongodb:27017/topsmile')\n" : ''
  const map = {
    version: 3,
    file: 'app.js',
    sources: ['app.js'],
    sourcesContent: [settings + script],
    names: [],
    mappings: '',
  }
  const named = (name: string, bytes: Buffer) => {
    const [stem, extension] = name.split(/\.(.*)/)
    return `/assets/${stem}.${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.${extension}`
  }
  const file = (path: string, type: string, bytes: Buffer) =>
    route('GET', path, () => ({ bytes, type, headers: { 'cache-control': 'public, max-age=31536000, immutable' } }))
  const mapBytes = Buffer.from(JSON.stringify(map))
  const mapPath = named('app.js.map', mapBytes)
  const bundle = Buffer.concat([script, Buffer.from(`//# sourceMappingURL=${mapPath}\n`)])
  const [scriptPath, stylePath] = [named('app.js', bundle), named('style.css', read('style.css'))]
  return {
    assets: { script: scriptPath, style: stylePath },
    routes: [
      file(mapPath, 'application/json', mapBytes),
      file(scriptPath, 'text/javascript; charset=utf-8', bundle),
      file(stylePath, 'text/css; charset=utf-8', read('style.css')),
    ],
  }
}
