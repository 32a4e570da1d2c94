import { Resolver } from 'node:dns/promises'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { startEdge } from './kit/edge.ts'
import { createService, route } from './kit/http.ts'
import { listen } from './kit/listen.ts'
import { listenNameServer } from './kit/name-server.ts'

const folders = () => readdirSync(tmpdir()).filter(name => name.startsWith('vedette-edge-'))

test('a real nginx stands in front, and leaves nothing behind', async () => {
  const before = folders()
  const behind = await listen(createService({ routes: [route('GET', '/behind', () => ({ json: { ok: true } }))] }), {
    port: 0,
  })
  const edge = await startEdge({ host: '127.0.0.1', port: 0, server: `location / { proxy_pass ${behind.url}; }` })
  const answer = await fetch(`${edge.url}/behind`)
  expect(answer.headers.get('server')).toMatch(/^nginx/)
  expect(await answer.json()).toEqual({ ok: true })
  expect(existsSync(`${tmpdir()}/${folders().find(name => !before.includes(name))}/nginx.conf`)).toBe(true)
  await edge.close()
  await behind.close()
  await expect(fetch(edge.url)).rejects.toThrow('fetch failed')
  expect(folders()).toEqual(before)
})

test('a configuration that nginx refuses, and a port in use, are told', async () => {
  const edge = (server: string, port = 0) => startEdge({ host: '127.0.0.1', port, server })
  await expect(edge('nonsense on;')).rejects.toThrow(/expected nginx to listen on .*unknown directive "nonsense"/)
  const taken = await listen(() => {}, { port: 0 })
  await expect(edge('', Number(new URL(taken.url).port))).rejects.toThrow(/Address already in use/)
  await taken.close()
})

test('a name server knows its names and no others', async () => {
  const server = await listenNameServer({ host: '127.0.0.1', port: 0, names: { 'shop.example': '127.0.0.1' } })
  const resolver = new Resolver()
  resolver.setServers([new URL(server.url).host])
  expect(await resolver.resolve4('Shop.example')).toEqual(['127.0.0.1'])
  await expect(resolver.resolve4('www.shop.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await server.close()
})
