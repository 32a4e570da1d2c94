/** Vedette as a stranger meets it: packed, installed into a project of their own, run by npx. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Radicale, startRadicale } from '../support/radicale.ts'
import { tempFolder } from '../support/temp-folder.ts'

const root = join(import.meta.dirname, '../..')
const folder = tempFolder()
let server: Server
let url: string
let calendar: Radicale

const config = (more = '') => `import { check, defineConfig, defineSystem, http, playwright, secret } from 'vedette'

export default defineConfig({
  systems: [
    defineSystem('shop', {
      url: process.env.SHOP_URL ?? '${url}',
      checks: [
        check('home', { probe: http('/', { expect: { status: 200, text: /Welcome/ } }), every: '30s' }),
        ${more}
      ],
    }),
  ],
})
`

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { cwd: folder.path, env: { ...process.env, NO_COLOR: '1', ...env } })
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  child.stderr.on('data', chunk => (output += chunk))
  const [code] = await once(child, 'close')
  return { code, output }
}

beforeAll(async () => {
  const packed = spawnSync('npm', ['pack', '--pack-destination', folder.path], { cwd: root, encoding: 'utf8' })
  const tarball = packed.stdout.trim().split('\n').at(-1)!
  expect(packed.status, packed.stderr).toBe(0)
  folder.write({ 'package.json': JSON.stringify({ name: 'shop', private: true, type: 'module' }) })
  const installed = await run('npm', [
    ...['install', '--no-audit', '--no-fund', '--prefer-offline'],
    ...[`./${tarball}`, '@playwright/test@1.65.1', 'typescript@7.0.2', '@types/node@24.19.2'],
  ])
  expect(installed.code, installed.output).toBe(0)
  server = createServer((_, response) => response.end('<h1>Welcome</h1>')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  calendar = await startRadicale()
}, 300_000)

afterAll(async () => {
  await calendar?.stop()
  server?.close()
  folder[Symbol.dispose]()
})

test('the tarball holds the program, the packs, the load scripts and the dashboards, and no tests', () => {
  const list = spawnSync('npm', ['ls', 'vedette', '--parseable'], { cwd: folder.path, encoding: 'utf8' }).stdout.trim()
  const files = spawnSync(
    'find',
    [`${list}/`, '-type', 'f', '-not', '-path', '*/node_modules/vedette/node_modules/*'],
    { encoding: 'utf8' },
  ).stdout
  for (const part of [
    'dist/runner/cli.js',
    'dist/runner/index.d.ts',
    'scenarios/cod-admin/system.ts',
    'load/cod-admin.ts',
    'dashboards/grafana/overview.json',
    'dashboards/prometheus/rules/vedette.rules.yml',
    'dashboards/alertmanager/alertmanager.yml',
  ]) {
    expect(files).toContain(part)
  }
  expect(files).not.toContain('/vedette/test/')
})

test.each(['module', 'commonjs'])('npx vedette smoke gates a project of type %s', async type => {
  folder.write({
    'package.json': JSON.stringify({ ...JSON.parse(readFileSync(join(folder.path, 'package.json'), 'utf8')), type }),
    'vedette.config.ts': config(),
  })
  const go = await run('npx', ['vedette', 'smoke'])
  expect(go.output).toContain('GO')
  expect(go.code).toBe(0)
  const noGo = await run('npx', ['vedette', 'smoke', '--url', 'http://127.0.0.1:1'])
  expect(noGo.output).toContain('NO-GO')
  expect(noGo.code).toBe(1)
})

test('the types are included', async () => {
  folder.write({
    'vedette.config.ts': config(),
    'wrong.ts': "import { check, http } from 'vedette'\ncheck('x', { probe: http('/'), evry: '30s' })\n",
  })
  const args = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--skipLibCheck',
    '--types',
    'node',
  ]
  const right = await run('npx', ['tsc', ...args, 'vedette.config.ts'])
  expect(right.code, right.output).toBe(0)
  const wrong = await run('npx', ['tsc', ...args, 'wrong.ts'])
  expect(wrong.code).not.toBe(0)
  expect(wrong.output).toContain('evry')
})

test('a journey of a plain Playwright project signs in to an application of other people and does its main job', async () => {
  cpSync(join(root, 'test/fixtures/calendar-project'), join(folder.path, 'e2e'), { recursive: true })
  writeFileSync(
    join(folder.path, 'vedette.config.ts'),
    `import { check, defineConfig, defineSystem, http, playwright, secret } from 'vedette'

export default defineConfig({
  systems: [
    defineSystem('calendar', {
      url: '${calendar.url}',
      checks: [
        check('web', { probe: http('/.web/', { expect: { status: 200, text: /Radicale/ } }), every: '10s', retry: { attempts: 0 } }),
        check('refuses-strangers', { probe: http('/anna/', { method: 'PROPFIND', expect: { status: 401 } }), every: '10s', retry: { attempts: 0 } }),
        playwright('./e2e', { every: '10s', retry: { attempts: 0 }, env: { CALENDAR_USER: '${calendar.user}', CALENDAR_PASSWORD: secret({ env: 'CALENDAR_PASSWORD' }) } }),
      ],
    }),
  ],
})
`,
  )
  const env = { CALENDAR_PASSWORD: calendar.password }
  const go = await run('npx', ['vedette', 'smoke', '--reporter', 'json'], env)
  expect(go.output).not.toContain(calendar.password)
  expect(go.code, go.output).toBe(0)
  expect(go.output).toContain('"title":"create a calendar"')

  const wrong = await run('npx', ['vedette', 'smoke', '--reporter', 'json', '!calendar/web'], {
    CALENDAR_PASSWORD: 'another password',
  })
  expect(wrong.code, wrong.output).toBe(1)
  expect(wrong.output).not.toContain('another password')
}, 180_000)

test('npx vedette watch shows results of probes and journey, and ends on SIGTERM with all its children', async () => {
  // A group of its own, as a terminal or a service manager gives it: npm does not pass signals on to what it runs.
  const child = spawn('npx', ['vedette', 'watch', '--port', '0'], {
    cwd: folder.path,
    env: { ...process.env, CALENDAR_PASSWORD: calendar.password },
    detached: true,
  })
  let output = ''
  const address = await new Promise<string>((resolve, reject) => {
    child.once('close', code => reject(new Error(`watch ended with ${code}: ${output}`)))
    child.stderr.on('data', chunk => (output += chunk))
    child.stdout.on('data', chunk => {
      output += chunk
      const [, url] = /^Vedette: (http:\/\/\S+)/m.exec(output) ?? []
      if (url) resolve(url)
    })
  })
  const stream = await fetch(new URL('/api/v1/events', address))
  const wanted = new Set(['web', 'refuses-strangers', 'journey'])
  let text = ''
  for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (const [, id] of text.matchAll(/"check":"([^"]+)"[^\n]*?"verdict":"passed"/g)) {
      wanted.delete(id!.startsWith('calendar/') ? 'journey' : id!)
    }
    if (wanted.size === 0) break
  }
  expect([...wanted]).toEqual([])
  const closed = once(child, 'close')
  process.kill(-child.pid!, 'SIGTERM')
  await closed
  const left = spawnSync('pgrep', ['-f', folder.path], { encoding: 'utf8' }).stdout
  expect(left).toBe('')
}, 180_000)
