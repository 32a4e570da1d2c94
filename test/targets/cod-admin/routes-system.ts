import { created, gone } from '../kit/answers.ts'
import { crudRoutes } from '../kit/crud.ts'
import { type Route, route } from '../kit/http.ts'
import { readFields, text } from '../kit/rules.ts'
import { stateRoutes } from '../kit/state-routes.ts'
import { type Shop, staffRoutes } from './shop.ts'

/** Health, version, figures, products, customers and agents, uploads, reports of broken pages. */
export function systemRoutes(shop: Shop): readonly Route[] {
  const { broken, clock, images, named, orders, parts, revision, startedAt } = shop
  const staff = staffRoutes(shop)
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
          queries: { slowestMs: broken('COD-44') ? 2_000 : 12 },
        },
      }
    }),
    ...stateRoutes({ revision, isReady: () => !parts.isDown('database') || broken('COD-15') }),
    staff('GET', '/api/analytics', 'orders:read', () => {
      const all = orders.list()
      const delivered = all.filter(order => order.state === 'delivered')
      const revenue = delivered.reduce((sum, { amount }) => sum + amount, 0)
      return { json: { orders: all.length, ...(broken('COD-27') ? {} : { delivered: delivered.length, revenue }) } }
    }),
    ...Object.entries(named).flatMap(([kind, entries]) =>
      crudRoutes({
        path: `/api/${kind}`,
        entries,
        read: fields => readFields(fields, { name: text }),
        route: (method, path, handler) =>
          staff(method, path, method === 'GET' ? 'orders:read' : 'orders:write', handler),
        losesChanges: broken('COD-20'),
      }),
    ),
    staff('GET', '/api/uploads', 'uploads:write', () => ({
      json: { uploads: images.list().map(({ name, createdAt }) => ({ name, createdAt })) },
    })),
    staff('POST', '/api/uploads', 'uploads:write', async (call, user) => {
      const { name, bytes } = (await images.keep(call, user.id))[0]!
      return created({ name, url: `/uploads/${name}`, bytes: bytes.length })
    }),
    staff('DELETE', '/api/uploads/:name', 'uploads:write', call => gone(images.remove(call.params['name']!))),
    route('GET', '/uploads/:name', call => {
      const name = call.params['name']!
      // As if it were joined to a folder: two folders up lies the program.
      if (broken('COD-54') && name === '../../package.json') return { json: { name: 'cod-admin', private: true } }
      return images.get(name)
    }),
    route('POST', '/api/page-errors', async call => {
      await call.json()
      return { status: 204 }
    }),
  ]
}
