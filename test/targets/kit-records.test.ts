import { afterEach, expect, test } from 'vitest'
import { createCollection } from './kit/collection.ts'
import { crudRoutes } from './kit/crud.ts'
import { createService, type Route, route } from './kit/http.ts'
import { createImages, type ImageRules } from './kit/images.ts'
import { type Listener, listen } from './kit/listen.ts'
import { readFields, text } from './kit/rules.ts'

const open: Listener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(listener => listener.close()))
})

async function serve(routes: readonly Route[]): Promise<string> {
  const listener = await listen(createService({ routes }), { port: 0 })
  open.push(listener)
  return listener.url
}

test.each([false, true])(
  'records are created, read, changed and deleted (changes are lost: %s)',
  async losesChanges => {
    const url = await serve(
      crudRoutes({
        path: '/agents',
        entries: createCollection<{ readonly name: string }>('agent', () => 0),
        read: fields => readFields(fields, { name: text }),
        route,
        losesChanges,
      }),
    )
    const call = async (method: string, path: string, body?: object) => {
      const response = await fetch(url + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
      return { status: response.status, json: response.status === 204 ? {} : await response.json() }
    }
    expect(await call('POST', '/agents', { name: '' })).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'name' }] },
    })
    const { json } = await call('POST', '/agents', { name: 'Hana' })
    const agent = json as { id: string }
    expect(agent).toMatchObject({ name: 'Hana', createdAt: '1970-01-01T00:00:00.000Z' })
    expect((await call('PATCH', `/agents/${agent.id}`, { name: 'Imre' })).json).toMatchObject({ name: 'Imre' })
    const name = losesChanges ? 'Hana' : 'Imre'
    expect((await call('GET', `/agents/${agent.id}`)).json).toMatchObject({ id: agent.id, name })
    expect((await call('GET', '/agents')).json).toMatchObject({ entries: [{ name }] })
    expect((await call('DELETE', `/agents/${agent.id}`)).status).toBe(204)
    const statuses = [call('GET', `/agents/${agent.id}`), call('DELETE', `/agents/${agent.id}`)]
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([404, 404])
  },
)

test('only images are kept, under names that we made', async () => {
  const send = async (rules: Partial<ImageRules>, name: string, type: string, bytes = 8) => {
    const images = createImages({ mostBytes: 10, longestName: 20, looksAt: ['type', 'extension'], ...rules }, () => 7)
    const url = await serve([route('POST', '/', async call => ({ json: (await images.keep(call, 'ann'))[0] }))])
    const body = new FormData()
    body.set('file', new File([new Uint8Array(bytes)], name, { type }))
    const response = await fetch(url, { method: 'POST', body })
    return response.ok ? ((await response.json()) as { name: string }).name : response.status
  }
  expect(await send({}, '../../etc/Ä b.png', 'image/png')).toMatch(/^[a-z_]+-7-\d+\.png$/)
  expect(await send({}, 'photo.php', 'image/png')).toBe(400)
  expect(await send({ looksAt: ['type'] }, 'photo.php', 'image/png')).toMatch(/^photo-7-\d+\.php$/)
  expect(await send({}, 'photo.png', 'text/html')).toBe(400)
  expect(await send({ looksAt: ['content'] }, 'photo.png', 'image/png')).toBe(400)
  expect(await send({}, 'photo.png', 'image/png', 11)).toBe(400)
  expect(await send({}, `${'n'.repeat(17)}.png`, 'image/png')).toBe(400)
})
