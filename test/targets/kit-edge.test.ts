import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { createCodAdmin } from './cod-admin/create-cod-admin.ts'
import { startEdge } from './kit/edge.ts'
import { createService, route } from './kit/http.ts'
import { listen } from './kit/listen.ts'
import { listenNameServer } from './kit/name-server.ts'

test('a real nginx stands in front, and leaves nothing behind', async () => {
  using folder = tempFolder({})
  vi.stubEnv('TMPDIR', folder.path)
  onTestFinished(() => void vi.unstubAllEnvs())
  const behind = await listen(createService({ routes: [route('GET', '/behind', () => ({ json: { ok: true } }))] }), {
    port: 0,
  })
  const edge = await startEdge({ host: '127.0.0.1', port: 0, server: `location / { proxy_pass ${behind.url}; }` })
  const answer = await fetch(`${edge.url}/behind`)
  expect(answer.headers.get('server')).toMatch(/^nginx/)
  expect(await answer.json()).toEqual({ ok: true })
  expect(readdirSync(folder.path)).toEqual([expect.stringMatching(/^vedette-edge-/)])
  await edge.close()
  await behind.close()
  await expect(fetch(edge.url)).rejects.toThrow('fetch failed')
  expect(readdirSync(folder.path)).toEqual([])
})

test('a configuration that nginx refuses, and a port in use, are told', async () => {
  const edge = (server: string, port = 0) => startEdge({ host: '127.0.0.1', port, server })
  await expect(edge('nonsense on;')).rejects.toThrow(/expected nginx to listen on .*unknown directive "nonsense"/)
  const taken = await listen(() => {}, { port: 0 })
  await expect(edge('', Number(new URL(taken.url).port))).rejects.toThrow(/Address already in use/)
  await taken.close()
})

test('nginx ends also when we are killed', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cod-admin/main.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let edge = ''
  for await (const line of createInterface(child.stdout)) {
    edge ||= /^edge +(\S+)/.exec(line)?.[1] ?? ''
    if (line.startsWith('control')) break
  }
  expect((await fetch(`${edge}/health`)).status).toBe(200)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await vi.waitFor(() => expect(fetch(edge)).rejects.toThrow('fetch failed'), { timeout: 10_000 })
})

test('the shop has an edge only for those who look at what it promises', async () => {
  const without = await createCodAdmin({ covers: ['COD-13'] })
  const behind = await createCodAdmin({ covers: ['COD-13', 'COD-56'] })
  expect(without.urls.edge).toBe(without.urls.web)
  expect(behind.urls.edge).not.toBe(behind.urls.web)
  await Promise.all([without.close(), behind.close()])
})

test('a name server knows its names and no others', async () => {
  const server = await listenNameServer({ host: '127.0.0.1', port: 0, names: { 'shop.example': '127.0.0.1' } })
  const resolver = new Resolver()
  resolver.setServers([new URL(server.url).host])
  expect(await resolver.resolve4('Shop.example')).toEqual(['127.0.0.1'])
  await expect(resolver.resolve4('www.shop.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await server.close()
})
