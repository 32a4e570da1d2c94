import { randomInt } from 'node:crypto'
import { extname } from 'node:path'
import { Refusal, type Route, route } from '../kit/http.ts'
import { readUpload } from '../kit/multipart.ts'
import { refuseErrors, type Shop, staff } from './shop.ts'

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']
const imageExtensions = ['.jpg', '.jpeg', '.png', '.gif', '.webp']
const mostBytes = 5 * 1024 * 1024
const longestName = 255

/** Actions that do something. SMS, e-mail and HTTP are to come. */
const workflowActions = ['update_order', 'assign_agent', 'add_tag', 'wait']

export const offeredActions = ({ broken }: Shop) =>
  broken('COD-50') ? [...workflowActions, 'send_sms'] : workflowActions

/** Health, version, workflows, uploads. */
export function systemRoutes(shop: Shop): readonly Route[] {
  const { broken, clock, parts, revision, startedAt, uploads, workflows } = shop
  // The two faults about health need a part that is down, and only health may say so.
  const state = (part: 'database' | 'redis', lie: 'COD-14' | 'COD-15') =>
    parts.isDown(part) || broken(lie) ? 'error' : 'ok'

  return [
    route('GET', '/health', () => {
      const database = state('database', 'COD-15')
      const redis = state('redis', 'COD-14')
      const isOk = (database === 'ok' && redis === 'ok') || broken('COD-14')
      return {
        status: isOk ? 200 : 503,
        json: {
          status: isOk ? 'ok' : 'degraded',
          timestamp: new Date(clock.now()).toISOString(),
          uptime: (clock.now() - startedAt) / 1_000,
          services: broken('COD-13') ? { database } : { database, redis },
        },
      }
    }),
    route('GET', '/health/live', () => ({ json: { status: 'alive' } })),
    route('GET', '/health/ready', () =>
      parts.isDown('database') && !broken('COD-15')
        ? { status: 503, json: { status: 'not ready' } }
        : { json: { status: 'ready' } },
    ),
    route('GET', '/version', () => ({ json: { revision: revision.current } })),
    route(
      'GET',
      '/api/workflows',
      staff(shop, 'workflows:write', () => ({ json: { workflows: [...workflows.values()] } })),
    ),
    route(
      'POST',
      '/api/workflows',
      staff(shop, 'workflows:write', async call => {
        const { name, action } = await call.json()
        refuseErrors([
          ...(typeof name === 'string' && name !== '' ? [] : [{ field: 'name', message: 'expected a name' }]),
          ...(offeredActions(shop).includes(String(action))
            ? []
            : [{ field: 'action', message: `expected one of ${workflowActions.join(', ')}` }]),
        ])
        const workflow = { id: `workflow-${randomInt(2 ** 40)}`, name: String(name), action: String(action) }
        workflows.set(workflow.id, workflow)
        return { status: 201, json: workflow }
      }),
    ),
    route(
      'DELETE',
      '/api/workflows/:id',
      staff(shop, 'workflows:write', call => {
        if (!workflows.delete(call.params['id']!)) throw new Refusal(404)
        return { status: 204 }
      }),
    ),
    route(
      'POST',
      '/api/uploads',
      staff(shop, 'uploads:write', async call => {
        const { bytes, fileName, type } = await readUpload(call)
        const extension = extname(fileName).toLowerCase()
        const wrong = (message: string) => [{ field: 'file', message }]
        refuseErrors([
          ...(imageTypes.includes(type) ? [] : wrong('expected a JPEG, PNG, GIF or WebP image')),
          ...(imageExtensions.includes(extension) || broken('COD-34')
            ? []
            : wrong('expected the extension of an image')),
          ...(bytes.length <= mostBytes ? [] : wrong('expected 5 MB at most')),
          ...(fileName.length <= longestName ? [] : wrong('expected a name of 255 characters at most')),
        ])
        const stem = fileName.slice(0, fileName.length - extension.length)
        const clean = stem
          .toLowerCase()
          .replaceAll(/[^a-z0-9]/g, '_')
          .slice(0, 50)
        const name = `${clean}-${clock.now()}-${randomInt(1e9)}${extension.replaceAll(/[^a-z0-9.]/g, '')}`
        uploads.set(name, { type, bytes })
        return { status: 201, json: { name, url: `/uploads/${name}`, bytes: bytes.length } }
      }),
    ),
    route('GET', '/uploads/:name', call => {
      const file = uploads.get(call.params['name']!)
      if (!file) throw new Refusal(404)
      return { bytes: file.bytes, type: file.type }
    }),
    route(
      'DELETE',
      '/api/uploads/:name',
      staff(shop, 'uploads:write', call => {
        if (!uploads.delete(call.params['name']!)) throw new Refusal(404)
        return { status: 204 }
      }),
    ),
  ]
}
