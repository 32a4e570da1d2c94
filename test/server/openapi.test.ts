/** The description of the API against the API: all of it is described, and what is answered is what was described. */

import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BeatReport } from '../../runner/core/heartbeats.ts'
import { runId } from '../../runner/core/ports.ts'
import { badNight, type Night } from '../browser/scene.ts'
import { createFakeWatch, start } from '../support/fake-watch.ts'
import { serve, token } from './support.ts'

interface Operation {
  readonly summary: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly 'x-right': string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}
interface Description {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly securitySchemes: Readonly<Record<string, object>> }
}

let night: Night
let description: Description

const deploy = {
  id: `cod-admin~4f1c9e2~${start - 3_600_000}`,
  system: 'cod-admin',
  environment: 'production',
  revision: '4f1c9e2',
  at: start - 3_600_000,
  by: 'hand' as const,
}

beforeAll(async () => {
  night = await badNight()
  Object.assign(night.watch.alarms, {
    heartbeatOf: (given: string) => (given === 'a-heartbeat' ? 'cod-admin/health' : undefined),
    beat: async (_token: string, report: BeatReport) => ({ ...report, at: start }),
    drill: async () => [
      { id: 'd', notifier: 'chat', state: 'delivered', tries: 1, createdAt: start, endedAt: start + 40 },
    ],
    markDeploy: async (mark: object) => ({ ...deploy, ...mark }),
  })
  await night.store.append({
    results: [],
    health: [],
    keep: [{ kind: 'deploy', id: deploy.id, at: deploy.at, value: deploy }],
  })
  description = await (await fetch(`${night.url}/api/openapi.json`)).json()
}, 60_000)
afterAll(async () => night?.[Symbol.asyncDispose]())

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  )

test('is OpenAPI 3.1 as its own schema has it, with the ways to say who asks', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(description) as never)
  expect([valid, errors]).toEqual([true, undefined])
  expect(description.openapi).toBe('3.1.0')
  expect(description.components.securitySchemes).toMatchObject({
    token: { type: 'http', scheme: 'bearer' },
    session: { type: 'apiKey', in: 'cookie', name: 'vedette_session' },
  })
})

test('every route of the API is in it, and says what it needs', () => {
  const isApi = /^\/(?:api\/v1|health|heartbeat|badge)\/|^\/(?:metrics|status\.atom)$/
  const wanted = night.routes
    .filter(({ method, url }) => method !== 'HEAD' && isApi.test(url))
    // A heartbeat counts a GET as well, for whoever has no more; described is what is meant.
    .filter(({ method, url }) => !(method === 'GET' && url.startsWith('/heartbeat/')))
    .map(({ method, url, path = url, right }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${right}`)
  const described = operations().map(({ name, operation }) => `${name} ${operation['x-right']}`)
  expect(wanted.length).toBeGreaterThan(25)
  expect(described.toSorted()).toEqual(wanted.toSorted())
})

test('a call that changes something says so in its security, and reading does where it needs a sign-in', async () => {
  const of = (name: string) => operations().find(operation => operation.name === name)!.operation.security
  expect(of('POST /api/v1/deploys')).toEqual([{ token: ['deploy'] }, { session: [] }])
  expect(of('GET /api/v1/checks')).toEqual([{}, { token: ['read'] }, { session: [] }])
  expect(of('POST /heartbeat/{token}')).toEqual([])
  await using shut = await serve({
    watch: createFakeWatch(),
    options: { signIn: true, publicUrl: () => 'https://vedette.example' },
  })
  const closed: Description = await (await fetch(`${shut.url}/api/openapi.json`)).json()
  expect(closed.paths['/api/v1/checks']!['get']!.security).toEqual([{ token: ['read'] }, { session: [] }])
  expect(closed.servers).toEqual([{ url: 'https://vedette.example' }])
})

const open = `cod-admin~wrong~${start - 14 * 60_000}`
const health = '/checks/cod-admin/health'
/** One real call for each operation, with what it needs. */
const calls: Readonly<Record<string, readonly [path: string, body?: object]>> = {
  'GET /health/live': ['/health/live'],
  'GET /health/ready': ['/health/ready'],
  'GET /metrics': ['/metrics'],
  'GET /status.atom': ['/status.atom'],
  'GET /badge/{system}': ['/badge/shop.svg'],
  'GET /badge/{system}/{part}': ['/badge/shop/ordering.svg'],
  'POST /heartbeat/{token}': ['/heartbeat/a-heartbeat', { days: 1, note: 'well' }],
  'POST /heartbeat/{token}/{kind}': ['/heartbeat/a-heartbeat/start', {}],
  'GET /api/v1/systems': ['/api/v1/systems'],
  'GET /api/v1/checks': ['/api/v1/checks'],
  'GET /api/v1/checks/{system}/{check}': [`/api/v1${health}`],
  'POST /api/v1/checks/{system}/{check}/run': [`/api/v1${health}/run`, {}],
  'GET /api/v1/results': ['/api/v1/results?limit=500'],
  'GET /api/v1/runs/{id}': [''],
  'GET /api/v1/windows': ['/api/v1/windows'],
  'GET /api/v1/series': ['/api/v1/series?system=cod-admin&check=health'],
  'GET /api/v1/load-runs': ['/api/v1/load-runs'],
  'GET /api/v1/load-runs/{id}': ['/api/v1/load-runs/cod-admin-1'],
  'GET /api/v1/events': ['/api/v1/events'],
  'GET /api/v1/deploys': ['/api/v1/deploys'],
  'POST /api/v1/deploys': ['/api/v1/deploys', { system: 'cod-admin', revision: '4f1c9e2' }],
  'GET /api/v1/deploys/{id}/comparison': [`/api/v1/deploys/${deploy.id}/comparison`],
  'POST /api/v1/drill': ['/api/v1/drill', {}],
  'GET /api/v1/incidents': ['/api/v1/incidents?limit=1000'],
  'GET /api/v1/incidents/{id}': [`/api/v1/incidents/${open}`],
  'POST /api/v1/incidents/{id}/acknowledge': [`/api/v1/incidents/${open}/acknowledge`, {}],
  'POST /api/v1/incidents/{id}/notes': [`/api/v1/incidents/${open}/notes`, { text: 'redis is back' }],
  'GET /api/v1/maintenance': ['/api/v1/maintenance'],
  'POST /api/v1/maintenance': [
    '/api/v1/maintenance',
    { title: 'Upgrade', selection: ['cod-admin'], to: start + 1_000 },
  ],
  'POST /api/v1/maintenance/{id}/end': ['/api/v1/maintenance/uploads/end', {}],
  'GET /api/v1/notifications': ['/api/v1/notifications?limit=1000'],
  'GET /api/v1/notifiers': ['/api/v1/notifiers'],
  'GET /api/v1/objectives': ['/api/v1/objectives'],
}

test('each operation answers what it describes', async () => {
  expect(
    operations()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(Object.keys(calls).toSorted())
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  const [run] = await night.store.results({ verdicts: ['failed'], limit: 1 })
  const empty: string[] = []
  for (const { name, operation } of operations()) {
    const [given, body] = calls[name]!
    const path = given || `/api/v1/runs/${runId(run!)}`
    const gone = new AbortController()
    const response = await fetch(night.url + path, {
      method: name.split(' ')[0]!,
      signal: gone.signal,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    expect([name, response.status]).toEqual([name, 200])
    const type = response.headers.get('content-type')!.split(';')[0]!
    const schema = operation.responses['200']!.content?.[type]?.schema
    expect([name, type, schema === undefined]).toEqual([name, type, false])
    if (type !== 'application/json') {
      gone.abort()
      continue
    }
    const answer = await response.json()
    const validate = ajv.compile(closed({ ...schema, components: description.components }))
    expect([name, validate(answer), validate.errors]).toEqual([name, true, null])
    if (Object.values(answer as object).some(value => Array.isArray(value) && value.length === 0)) empty.push(name)
  }
  // What was empty has shown nothing. Two of these lists are empty in a good answer.
  expect(
    empty.filter(name => !['GET /api/v1/runs/{id}', 'POST /api/v1/checks/{system}/{check}/run'].includes(name)),
  ).toEqual([])
})

/** A schema that takes no field which it does not name: nothing may be answered that is not described. */
function closed(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    value !== null && typeof value === 'object' && 'properties' in value && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  ) as object
}

test('problems are answered as described', async () => {
  const problem = operations()[0]!.operation.responses['default']!.content!['application/problem+json']!.schema
  const validate = new Ajv2020({ strict: false }).compile(problem)
  for (const path of ['/api/v1/results?limit=0', '/api/v1/incidents/none', '/api/v1/nothing']) {
    const response = await fetch(night.url + path)
    expect([path, response.headers.get('content-type')?.split(';')[0]]).toEqual([path, 'application/problem+json'])
    expect([path, validate(await response.json()), validate.errors]).toEqual([path, true, null])
  }
})
