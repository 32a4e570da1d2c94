import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { html } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { table } from '../kit/table.ts'
import { layout } from './layout.ts'
import openapi from './openapi.json' with { type: 'json' }
import type { TopSmile } from './topsmile.ts'

/** Health, version, documentation of the API, and what pages load. */
export function systemRoutes(topSmile: TopSmile): readonly Route[] {
  const { assets, broken, clock, parts, revision, startedAt } = topSmile
  const documentation = broken('DNT-31')
    ? []
    : [
        route('GET', '/api-docs', () => ({ html: layout(topSmile, 'API do TopSmile (Swagger)', operationTable) })),
        route('GET', '/api-docs/openapi.json', () => ({ json: openapi })),
      ]
  const runbook = broken('DNT-39')
    ? []
    : [route('GET', '/runbook', () => ({ html: layout(topSmile, 'O que fazer quando há um alerta', steps) }))]
  return [
    ...runbook,
    route('GET', '/health', () => {
      const { httpStatus, status, states: services } = parts.health(broken('DNT-10') ? 'redis' : undefined)
      const uptime = (clock.now() - startedAt) / 1_000
      return { status: httpStatus, json: { status, uptime, services } }
    }),
    route('GET', '/health/live', () => ({ json: { status: 'alive' } })),
    route('GET', '/version', () => ({ json: { revision: revision.current } })),
    ...documentation,
    ...assets.routes,
    route('GET', '/assets/app.js.map', () => ({ json: sourceMap(broken('DNT-40')) })),
  ]
}

const steps = html`<ol><li>Olhe a página de saúde.</li><li>Reinicie a instância que falha.</li><li>Chame a pessoa de plantão.</li></ol>`

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { summary }]) => ({ method, path, summary })),
)

const operationTable = table('Operações', operations, { Método: 'method', Caminho: 'path', Resumo: 'summary' })

function sourceMap(hasSecret: boolean) {
  const script = readFileSync(join(import.meta.dirname, 'app.js'), 'utf8')
  const settings = hasSecret ? "connect('mongodb://topsmile:reference-password@mongodb:27017/topsmile')\n" : ''
  return { version: 3, file: 'app.js', sources: ['app.js'], sourcesContent: [settings + script], mappings: '' }
}
