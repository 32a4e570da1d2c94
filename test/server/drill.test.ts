import { expect, test } from 'vitest'
import { RunnerFault } from '../../runner/core/fault.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import type { Alarms } from '../../runner/core/ports.ts'
import { createFakeWatch, start, watchedCheck } from '../support/fake-watch.ts'
import { serve, token } from './support.ts'

const delivered: Notification = {
  id: 'vedette~drill~1~chat~drill~1',
  notifier: 'chat',
  occasion: 'drill',
  incidents: ['vedette~drill~1'],
  createdAt: start,
  dueAt: start,
  tries: 1,
  state: 'delivered',
  endedAt: start + 120,
}

async function scene(drill: Alarms['drill']) {
  const plain = createFakeWatch({ checks: [watchedCheck('shop', 'home')] })
  const watch = { ...plain, alarms: { ...plain.alarms, drill } } as typeof plain
  const server = await serve({ watch })
  const ask = async (body: unknown, authorization = `Bearer ${token}`) => {
    const response = await fetch(`${server.url}/api/v1/drill`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  return { server, ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('a drill answers with what became of it at each channel', async () => {
  const asked: unknown[] = []
  await using api = await scene(async ({ signal: _, ...given }) => {
    asked.push(given)
    return [delivered]
  })
  expect(await api.ask({ check: 'shop/home', channel: 'chat' })).toEqual({
    status: 200,
    body: { deliveries: [{ id: delivered.id, channel: 'chat', state: 'delivered', tries: 1, delay: 120 }] },
  })
  expect(asked).toEqual([{ check: 'shop/home', notifier: 'chat', by: { name: 'Somebody with the token' } }])
})

test('a drill answers at its timeout with what waits', async () => {
  await using api = await scene(
    ({ signal }) =>
      new Promise(resolve => {
        const { endedAt: _, ...rest } = delivered
        signal.addEventListener('abort', () => resolve([{ ...rest, state: 'waiting', trouble: 'found 503' }]))
        void api.server.clock.advance(5_000)
      }),
  )
  expect((await api.ask({ timeout: 5_000 })).body.deliveries).toMatchObject([
    { state: 'waiting', trouble: 'found 503' },
  ])
})

test('a drill needs the token, before anything is read', async () => {
  await using api = await scene(() => Promise.reject(new Error('never asked')))
  expect(await api.ask({ nonsense: 1 }, 'Bearer wrong')).toMatchObject({ status: 401 })
})

test.each([
  [{ check: 'shop/hom' }, 404, "found 'shop/hom'"],
  [{ channel: 'chta' }, 404, "expected a notifier (chat), found 'chta'"],
  [{ chanel: 'chat' }, 400, 'chanel'],
  [{ timeout: 1 }, 400, 'timeout'],
])('a drill with %j is refused with %i', async (body, status, detail) => {
  await using api = await scene(() => Promise.reject(new RunnerFault("expected a notifier (chat), found 'chta'")))
  const answer = await api.ask(body)
  expect(answer.status).toBe(status)
  expect(answer.body.detail).toContain(detail)
})
