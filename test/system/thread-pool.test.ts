import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'
import { tempFolder } from '../support/temp-folder.ts'

// A pipe that nobody writes to holds the only thread, as a look-up does that is never answered.
const script = `
import { constants, open, openSync } from 'node:fs'
import { http } from '${join(packageFolder, 'runner/index.ts')}'
import { answer, badServer, says } from '${join(packageFolder, 'test/support/bad-server.ts')}'
import { observe } from '${join(packageFolder, 'test/support/probe-run.ts')}'
const [pipe] = process.argv.slice(1)
const server = await badServer(says(answer()))
open(pipe, 'r', () => {})
const literal = await observe(http('/'), { url: server.url })
const named = await observe(http('/'), { url: 'http://localhost:' + server.port, timeout: 300 })
openSync(pipe, constants.O_WRONLY)
console.log(JSON.stringify([literal.ok, named.reason, named.detail]))
await server[Symbol.asyncDispose]()
`

test('an address needs no look-up: it is probed also while all threads for look-ups are taken', () => {
  using folder = tempFolder()
  const pipe = join(folder.path, 'pipe')
  execFileSync('mkfifo', [pipe])
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, pipe], {
    encoding: 'utf8',
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([
    true,
    'timeout',
    expect.stringMatching(/^no answer within 300ms: the look-up of localhost:\d+ did not end$/),
  ])
})

test.each([
  [{}, 16],
  [{ UV_THREADPOOL_SIZE: '3' }, 3],
])('with %j in the environment there are %i threads for look-ups', (env, count) => {
  using folder = tempFolder({
    'vedette.config.ts': `import { lookup } from 'node:dns/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { check, defineConfig, defineSystem } from 'vedette'
const names = () => readdirSync('/proc/self/task').map(id => readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim())
const observe = async () => {
  await lookup('localhost')
  return { ok: true, metrics: { threads: names().filter(name => name === 'libuv-worker').length } }
}
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [
  check('threads', { probe: { kind: 'test', summary: 'counts', observe } }),
] })] })
`,
  })
  const { UV_THREADPOOL_SIZE: _, ...rest } = process.env
  const { stdout } = spawnSync(process.execPath, [join(packageFolder, 'bin/vedette.js'), 'run', 'shop/threads'], {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...rest, ...env },
  })
  expect(stdout).toContain(`threads ${count}\n`)
})
