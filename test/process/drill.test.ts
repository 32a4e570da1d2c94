import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'
import { createReceiver } from '../support/receiver.ts'
import { tempFolder } from '../support/temp-folder.ts'

const bin = join(packageFolder, 'bin/vedette.js')
const configuration = (
  good: string,
  bad: string,
) => `import { check, defineConfig, defineSystem, http, slack, webhook } from 'vedette'
export default defineConfig({
  systems: [
    defineSystem('shop', { url: '${good}', checks: [check('home', { probe: http('/'), every: '1h', severity: 'p0', owner: 'oncall' })] }),
  ],
  notifiers: [
    slack({ id: 'chat', url: '${good}/slack', for: { owners: ['oncall'] } }),
    webhook({ id: 'hook', url: '${bad}/hook', secret: 'whsec_${btoa('a key of a test, not secret')}', for: { owners: ['design'] } }),
  ],
})
`

/** Runs the program to its end. */
function vedette(cwd: string, ...argv: readonly string[]) {
  const child = spawn(process.execPath, [bin, ...argv], { cwd, env: { PATH: process.env['PATH'] } })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      out += text.toString()
    })
  return new Promise<{ readonly code: number | null; readonly out: string }>(resolve =>
    child.once('close', code => resolve({ code, out })),
  )
}

/** A running watch; resolves with its address. */
function watch(cwd: string): Promise<string> {
  const child = spawn(process.execPath, [bin, 'watch', '--port', '0', '--log-level', 'silent'], {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    const closed = new Promise(resolve => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
  })
  return new Promise(resolve => {
    child.stdout.on('data', (text: Buffer) => {
      const url = /Vedette: (http:\S+) /.exec(text.toString())?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}

// Three starts of a whole process: a busy machine takes its time.
test('a drill goes through a running watch to real receivers, and says what arrived', { timeout: 60_000 }, async () => {
  await using good = await createReceiver({ status: 200, body: 'ok' })
  await using bad = await createReceiver({ status: 401 })
  using folder = tempFolder({ 'vedette.config.ts': configuration(good.url, bad.url) })
  const url = await watch(folder.path)

  const one = await vedette(folder.path, 'drill', '--url', url, '--check', 'shop/home')
  expect(one).toMatchObject({ code: 0, out: expect.stringMatching(/^chat\s+delivered\s+\S+\s+1$/m) })
  const message = good.requests.find(({ path }) => path === '/slack')
  expect(JSON.parse(message!.body)).toMatchObject({ text: 'DRILL P0 a test of the alarm for home' })

  const all = await vedette(folder.path, 'drill', '--url', url)
  expect(all.code).toBe(1)
  expect(all.out).toMatch(/^hook\s+refused\s+\S+\s+1\s+expected the message to be taken, found 401$/m)

  const stranger = await vedette(folder.path, 'drill', '--url', url, '--channel', 'caht')
  expect(stranger).toEqual({ code: 2, out: "vedette drill: expected a notifier (chat, hook), found 'caht'\n" })
})
