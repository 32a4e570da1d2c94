import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command } from '../../runner/commands/load.ts'
import type { LoadRun } from '../../runner/core/ports.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { capturedIo } from '../support/captured-io.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'
import { plainScript, serve } from './support.ts'

/** A folder with a configuration whose system has the given loads. */
function project(loads: string, address = 'http://127.0.0.1:1', script = plainScript): TempFolder {
  return tempFolder({
    'package.json': '{ "type": "module" }',
    'script.ts': script,
    'vedette.config.ts': `import { defineConfig, defineSystem, load, secret } from 'vedette'
export default defineConfig({
  systems: [defineSystem('shop', { url: '${address}', checks: [${loads}] })],
})
`,
  })
}

const small =
  "stages: ['0s:2', '40s:2'], thresholds: { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.01'] }"
const one = `load({ script: './script.ts', ${small} })`

test('announces target and users, prints the judgement and keeps it', async () => {
  await using server = await serve((_, answer) => answer.end())
  using folder = project(one, server.url)
  const io = capturedIo({ cwd: folder.path })
  expect(await command.run(['shop', '--time-scale', '0.02', '--data', 'data'], io)).toBe(0)
  expect(io.stderr).toContain('load     shop/script, profile documented\n')
  expect(io.stderr).toContain(`target   local: web ${server.url}\n`)
  expect(io.stderr).toContain('users    up to 2: 0s:2 40s:2 in 800ms (time scale 0.02)\n')
  expect(io.stdout).toMatch(/^threshold +limit +measured +samples +verdict +promise$/m)
  expect(io.stdout).toMatch(/^http_req_duration +p\(95\)<500 +[\d.]+ +\d+ +passed$/m)
  expect(io.stdout).toMatch(/^PASSED$/m)
  await using store = await createSqliteStore({ path: join(folder.path, 'data', 'history-local.db'), clock: realClock })
  expect(await store.loadRuns('shop')).toMatchObject([{ load: 'script', verdict: 'passed', timeScale: 0.02 }])
})

test('a crossed threshold is exit code 1, as JSON too; an address of the command line wins', async () => {
  await using server = await serve((_, answer) => answer.writeHead(503).end())
  using folder = project(one)
  const io = capturedIo({ cwd: folder.path })
  expect(await command.run(['shop/script', '--time-scale', '0.01', '--json', '--url', server.url], io)).toBe(1)
  const run = JSON.parse(io.stdout) as LoadRun
  expect(run).toMatchObject({ system: 'shop', verdict: 'failed', k6: { exitCode: 99 } })
  expect(run.id).toMatch(/^shop-script-\d{8}T\d+Z-[0-9a-f]{6}$/)
})

test('secrets reach the script and nothing that is said or kept', async () => {
  const tokens = new Set<string | undefined>()
  await using server = await serve((request, answer) => {
    tokens.add(request.headers.authorization)
    answer.end()
  })
  using folder = project(
    `load({ script: './script.ts', ${small}, env: { TOKEN: secret({ env: 'SHOP_TOKEN' }) } })`,
    server.url,
    `import http from 'k6/http'
export default function () {
  http.get(__ENV.BASE_URL, { headers: { authorization: __ENV.TOKEN } })
  throw new Error('refused ' + __ENV.TOKEN)
}
`,
  )
  const io = capturedIo({ cwd: folder.path, env: { ...process.env, SHOP_TOKEN: 'correct-horse' } })
  expect(await command.run(['shop', '--time-scale', '0.01', '--json'], io)).toBe(3)
  expect([...tokens]).toEqual(['correct-horse'])
  expect(io.stdout).toContain('refused [secret]')
  expect(io.stdout + io.stderr).not.toContain('correct-horse')
})

test.each([
  ['there is none', undefined, 'found none'],
  ['it is too old', '1.7.1', 'found version 1.7.1 at'],
  ['it is too new', '3.0.0', 'found version 3.0.0 at'],
])('without a k6 that fits (%s) nothing can be told', async (_, version, message) => {
  using folder = project(one)
  if (version !== undefined) {
    folder.write({ k6: `#!/bin/sh\necho "k6 v${version} (go1.26, linux/amd64)"\n` })
    chmodSync(join(folder.path, 'k6'), 0o755)
  }
  const io = capturedIo({ cwd: folder.path, env: { ...process.env, VEDETTE_K6: join(folder.path, 'k6') } })
  expect(await command.run(['shop'], io)).toBe(3)
  expect(io.stderr).toContain('expected k6 >=2.0.0 <3')
  expect(io.stderr).toContain(message)
  expect(io.stderr).toContain('vedette setup k6')
  expect(io.stdout).toBe('')
})

test('Ctrl-C ends k6 and the run is unknown, whatever was seen', async () => {
  const stop = new AbortController()
  await using server = await serve((_, answer) => {
    stop.abort('SIGINT')
    answer.end()
  })
  using folder = project(one, server.url)
  const io = capturedIo({ cwd: folder.path, signal: stop.signal })
  expect(await command.run(['shop'], io)).toBe(130)
  expect(io.stdout).toContain('CANNOT TELL: the run was interrupted')
})

test.each([
  ['', [], "expected a load (none is defined), found 'nothing'"],
  [one, ['shpo'], "expected a load (shop/script), found 'shpo'"],
  [one, ['shop/orders'], "expected a load (shop/script), found 'shop/orders'"],
  [
    `${one}, load({ id: 'b', script: './script.ts' })`,
    ['shop'],
    'expected one load, found 2; say which: shop/script, shop/b',
  ],
  [one, ['shop', 'other'], 'expected one load (shop/script), found 2: shop other'],
  [one, ['shop', '--profile', 'stress'], "expected a profile of load 'script' (documented, smoke), found 'stress'"],
  [one, ['shop', '--time-scale', '0'], 'expected --time-scale to be a number above 0 and at most 10'],
  [one, ['shop', '--time-scale', 'fast'], "such as 0.02, found 'fast'"],
])('[%s] %j is refused', async (loads, argv, message) => {
  using folder = project(loads)
  await expect(command.run(argv, capturedIo({ cwd: folder.path }))).rejects.toThrow(message)
})
