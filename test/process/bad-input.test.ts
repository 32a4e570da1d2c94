import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'
import { tempFolder } from '../support/temp-folder.ts'

const good = `import { check, defineConfig, defineSystem } from 'vedette'
const probe = { kind: 'test', summary: 'looks', observe: async () => ({ ok: true }) }
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [check('home', { probe })] })] })
`

/** The program as people start it: what it says and how it ends. */
function vedette(argv: readonly string[], configuration = good, files: Readonly<Record<string, string>> = {}) {
  const folder = tempFolder({ 'vedette.config.ts': configuration, ...files })
  onTestFinished(() => folder[Symbol.dispose]())
  const child = spawn(process.execPath, [join(packageFolder, 'bin/vedette.js'), ...argv], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let error = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (error += text.toString()))
  return new Promise<{ code: number | null; out: string; error: string }>(resolve =>
    child.on('close', code => resolve({ code, out, error })),
  )
}

test.each([
  ['no command', [], /vedette <command> \[options\]/],
  ['an unknown command', ['smok'], /expected a command \(watch, .*\), found 'smok'; did you mean 'smoke'\?/],
  ['help on an unknown command', ['help', 'smok'], /found 'smok'; did you mean 'smoke'\?/],
  [
    'an unknown option',
    ['smoke', '--stirct'],
    /smoke: expected one of the options --config, .*found '--stirct'; did you mean '--strict'\?\n`vedette smoke --help`/,
  ],
  ['an argument too many', ['validate', 'shop'], /validate: Unexpected argument 'shop'/],
  ['a check that there is not', ['list', 'shop/hom'], /found 'shop\/hom', .* did you mean 'shop\/home'\?/],
  [
    'a port that is none',
    ['watch', '--port', '99999'],
    /expected --port to be a number from 0 to 65535, found '99999'/,
  ],
  ['a log level that is none', ['watch', '--log-level', 'loud'], /expected --log-level debug, .*, found 'loud'/],
  [
    'a data folder that cannot be made',
    ['watch', '--port', '0', '--data', '/proc/x'],
    /expected a folder for data that can be made at \/proc\/x, found: ENOENT.*; choose another with --data/,
  ],
  [
    'a data folder that cannot be written to',
    ['watch', '--port', '0', '--data', '/proc/self'],
    /expected a data folder that can be written to at \/proc\/self, found: .*; choose another with --data/,
  ],
  [
    'an unset data folder',
    ['watch', '--data', ''],
    /expected --data to name a folder, found nothing \(an unset variable\?\)/,
  ],
  [
    'an unset data folder of what was',
    ['replay', '--data', ''],
    /replay: expected --data to name a folder, found nothing/,
  ],
  [
    'an unset data folder to look at',
    ['doctor', '--data', ''],
    /doctor: expected --data to name a folder, found nothing/,
  ],
  // Node would listen on every address of the machine.
  [
    'an unset address to listen on',
    ['watch', '--port', '0', '--host', ''],
    /expected --host to have a value, found nothing \(an unset variable\?\)/,
  ],
  [
    'a location that is none',
    ['watch', '--port', '0', '--location', 'Rack 4'],
    /expected --location of small letters, digits and dashes, found 'Rack 4'/,
  ],
  [
    'an unset rollback hook',
    ['smoke', '--on-no-go', ''],
    /expected --on-no-go to have a value, found nothing \(an unset variable\?\)/,
  ],
  ['an unset address', ['validate', '--url', ''], /expected an address such as .*, found '' \(an unset variable\?\)/],
  [
    'an address of no name',
    ['validate', '--url', 'api=http://127.0.0.1'],
    /expected the name of an address that a system has \(shop\.web\), found 'api=http:\/\/127\.0\.0\.1'/,
  ],
  [
    'a load where none is defined',
    ['load', 'shop'],
    /expected a load \(none is defined\), found 'shop'; a system gets one with load\(/,
  ],
])('2: %s', async (_name, argv, message) => {
  const { code, out, error } = await vedette(argv)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(error).toMatch(message)
})

test('3: a port in use, with the way out', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { code, out, error } = await vedette(['watch', '--port', String(port)])
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(error).toMatch(
    new RegExp(
      `expected 127\\.0\\.0\\.1:${port} to be free, found another program .*; stop it, or choose another port with --port`,
    ),
  )
})

test('3: a file where evidence is kept, with the way out and without a stack', async () => {
  const { code, out, error } = await vedette(['watch', '--port', '0', '--data', 'data'], good, { 'data/artifacts': '' })
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(error).toMatch(
    /^vedette watch: expected a folder for screenshots and traces at .*data\/artifacts, found: a file; move it away, .*\n$/,
  )
})

test('3: no network at start is our own trouble, and says so', async () => {
  // As the look-up of a machine without a network answers.
  const offline = `import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { http } from 'vedette'
const none = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })
dns.lookup = (_name, _options, done) => done(none)
syncBuiltinESMExports()
`
  const configuration = good
    .replace('127.0.0.1:1', 'shop.invalid')
    .replace('{ probe }', "{ probe: http('/'), retry: { attempts: 0 } }")
  const { code, out } = await vedette(['smoke'], offline + configuration)
  expect(out.trimEnd().split('\n').at(-1)).toMatch(
    /^CANNOT TELL: shop\/home is unknown \(runner\): the resolver of this machine does not answer \(EAI_AGAIN at shop\.invalid/,
  )
  expect(code).toBe(3)
})

test('a report that cannot be written is told, and neither holds up nor changes the decision', async () => {
  const { code, error } = await vedette(['smoke', '--reporter', 'console', '--reporter', 'junit=/proc/x/report.xml'])
  expect(code).toBe(0)
  expect(error).toMatch(/^reporter junit failed: ENOENT.*'\/proc\/x'\n$/)
})

test.each([
  ['ends the process', 'process.exit(0)'],
  ['waits for what never comes', 'await new Promise(() => {})'],
])('3: a configuration that %s is told', async (_name, line) => {
  const { code, error } = await vedette(['smoke'], `${line}\n${good}`)
  expect(code).toBe(3)
  expect(error).toMatch(
    /^vedette smoke: expected a verdict, found that the process ended before; look for process\.exit/,
  )
})

test('a timer that the configuration leaves running holds up no exit code', async () => {
  const { code, out } = await vedette(['smoke'], `setInterval(() => {}, 1_000)\n${good}`)
  expect({ code, last: out.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: 'GO: the one check passed' })
})

test('smoke shows every mistake whole, however long', async () => {
  const folder = 'x'.repeat(240)
  const { code, out } = await vedette(
    ['smoke'],
    good.replace(
      "[check('home', { probe })]",
      `[check('home', { probe, evry: '1m' }), check('${folder}', { probe, every: '1 parsec' })]`,
    ),
  )
  expect(code).toBe(2)
  expect(out).toContain("found 'evry'; did you mean 'every'?")
  expect(out).toContain("found '1 parsec'")
})
