import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Command } from '../../runner/commands/command.ts'
import { command as deployCommand } from '../../runner/commands/deploy.ts'
import { command as smokeCommand } from '../../runner/commands/smoke.ts'
import type { Deploy } from '../../runner/core/deploys.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function setUp() {
  const server = createServer((_, response) => void response.setHeader('x-revision', 'abc').end('hello')).listen(
    0,
    '127.0.0.1',
  )
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const shop = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = tempFolder({
    'vedette.config.ts': `import { check, defineConfig, defineSystem, http } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: '${shop}', checks: [check('home', { probe: http('/') })] })] })
`,
  })
  onTestFinished(() => folder[Symbol.dispose]())
  const call = async (command: Command, ...argv: readonly string[]) => {
    const io = capturedIo({ cwd: folder.path, env: {} })
    const code = await command.run(argv, io).catch((error: Error) => {
      io.error(error.message)
      return error.name === 'UsageError' ? 2 : 3
    })
    return { code, text: io.stdout + io.stderr }
  }
  const watch = async () => {
    const argv = [join(packageFolder, 'bin/vedette.js'), 'watch', '--port', '0']
    const child = spawn(process.execPath, argv, { cwd: folder.path, env: { PATH: process.env['PATH'] } })
    onTestFinished(() => void child.kill('SIGKILL'))
    return await new Promise<string>(resolve =>
      child.stdout.on('data', (text: Buffer) => {
        const found = /Vedette: (\S+) /.exec(text.toString())
        if (found) resolve(found[1]!)
      }),
    )
  }
  return { call, watch, shop }
}

test('gate and hand mark deploys in a running watch, or in its folder while none runs; trouble changes no verdict', async () => {
  const { call, watch } = await setUp()
  const mark = (...more: readonly string[]) =>
    call(deployCommand, 'mark', '--system', 'shop', '--revision', 'old', ...more)
  expect(await mark('--at', '2026-01-05T12:00:00Z')).toEqual({
    code: 0,
    text: 'marked: shop is at old in local since 2026-01-05T12:00:00.000Z\n',
  })
  const url = await watch()
  const smoke = await call(smokeCommand, '--watch', url)
  expect(smoke.code).toBe(0)
  expect(
    await call(deployCommand, 'mark', '--system', 'shop', '--revision', 'abc', '--note', 'by me', '--watch', url),
  ).toMatchObject({
    code: 0,
  })
  const { deploys } = (await (await fetch(`${url}/api/v1/deploys?from=0`)).json()) as { deploys: Deploy[] }
  expect(deploys).toMatchObject([
    { revision: 'abc', by: 'hand', decision: 'go', note: 'by me' },
    { revision: 'old', by: 'hand' },
  ])

  expect(await mark()).toMatchObject({
    code: 2,
    text: expect.stringContaining('tell it the deploy with --watch <url>'),
  })
  const lost = await call(smokeCommand, '--watch', 'http://127.0.0.1:1')
  expect(lost.code).toBe(0)
  expect(lost.text).toContain('the deploy of shop is not marked: no answer from http://127.0.0.1:1')
})

test('something else at the address of the watch is told as such', async () => {
  const { call, shop } = await setUp()
  expect(await call(deployCommand, 'mark', '--system', 'shop', '--revision', 'abc', '--watch', shop)).toEqual({
    code: 3,
    text: `expected the watch to take the deploy, found 200 without JSON from ${shop}, which is the address of something else\n`,
  })
})

test.each([
  [['mark', '--system', 'shop'], 'expected --revision to have a value, found none'],
  [['mark', '--system', 'shop', '--revision', ''], 'found nothing (an unset variable?)'],
  [['mark', '--system', 'shpo', '--revision', 'abc'], "expected --system shop, found 'shpo'; did you mean 'shop'?"],
  [['mark', '--system', 'shop', '--revision', 'abc', '--at', 'noon'], 'expected --at to be a time such as'],
  // As `date +%s` prints it: milliseconds of 1970.
  [['mark', '--system', 'shop', '--revision', 'abc', '--at', '1767614400'], 'expected --at to be a time such as'],
  [['mark', '--system', 'shop', '--revision', 'abc', '--at', '5'], 'expected --at to be a time such as'],
  [
    ['mark', '--system', 'shop', '--revision', 'abc', '--at', '2999-01-01'],
    'expected --at to be a time that has passed, found 2999-01-01T00:00:00.000Z',
  ],
  [['unmark'], "expected `vedette deploy mark`, found 'deploy unmark'"],
])('deploy %j is refused', async (argv, message) => {
  const { call } = await setUp()
  const { code, text } = await call(deployCommand, ...argv)
  expect(code).toBe(2)
  expect(text).toContain(message)
})
