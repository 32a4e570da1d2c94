/** People and tokens from the command line to a running watch: what is said to the one the other knows at once. */

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command as people } from '../../runner/commands/people.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = `import { check, defineConfig, defineSystem, tcp } from 'vedette'
export default defineConfig({
  server: { signIn: true },
  systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks: [check('port', { probe: tcp({ port: 9 }), every: '1h' })] })],
})
`
const password = 'four words in a row'
const bin = join(packageFolder, 'bin/vedette.js')

function world(env: Readonly<Record<string, string>> = {}) {
  const folder = tempFolder({ 'vedette.config.ts': configuration })
  onTestFinished(() => folder[Symbol.dispose]())
  const begin = (...argv: readonly string[]) => {
    const child = spawn(process.execPath, [bin, ...argv], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], ...env },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  const call = async (argv: readonly string[], input = '') => {
    const child = begin(...argv)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString()
    })
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString()
    })
    child.stdin.end(input)
    const code = await new Promise<number | null>(resolve => child.once('close', resolve))
    return { code, stdout, stderr }
  }
  return { folder, begin, call }
}

test('a person and a token are made, sign in, are changed and removed, while the watch runs', async () => {
  const { folder, begin, call } = world()
  const watch = begin('watch', '--port', '0')
  let logged = ''
  watch.stderr.on('data', (text: Buffer) => {
    logged += text.toString()
  })
  const url = await new Promise<string>(resolve =>
    watch.stdout.on('data', (text: Buffer) => {
      const found = /Vedette: (\S+) /.exec(text.toString())
      if (found) resolve(found[1]!)
    }),
  )
  const signIn = async (given: string) => {
    const body = new URLSearchParams({ name: 'Amira', password: given })
    const { status, headers } = await fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', body })
    return { status, cookie: headers.get('set-cookie')?.split(';')[0] ?? '' }
  }
  const read = async (headers: Record<string, string>) => (await fetch(`${url}/api/v1/checks`, { headers })).status

  expect(await call(['people', 'list'])).toMatchObject({ code: 0, stdout: expect.stringContaining('nobody yet') })
  expect((await signIn(password)).status).toBe(401)
  expect(await call(['people', 'add', 'Amira', '--role', 'viewer'], `${password}\n`)).toEqual({
    code: 0,
    stdout: 'added: Amira, viewer; they sign in at /sign-in\n',
    stderr: '',
  })
  const { status, cookie } = await signIn(password)
  expect([status, await read({ cookie }), await read({})]).toEqual([303, 200, 401])
  expect((await call(['people', 'password', 'amira'], 'another five words or so')).code).toBe(0)
  expect([await read({ cookie }), (await signIn(password)).status]).toEqual([401, 401])
  const again = await signIn('another five words or so')
  expect([again.status, await read({ cookie: again.cookie })]).toEqual([303, 200])
  expect((await call(['people', 'role', 'amira', 'operator'])).stdout).toContain('Amira is operator')
  expect(await read({ cookie: again.cookie })).toBe(401)
  const shown = JSON.parse((await call(['people', 'list', '--json'])).stdout)
  expect(shown).toEqual([{ name: 'Amira', role: 'operator', since: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) }])
  expect((await call(['people', 'remove', 'amira'])).code).toBe(0)

  const made = await call(['tokens', 'add', 'prometheus', '--scope', 'read', '--expires', '90d'])
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\w-]{43}\n$/) })
  const authorization = `Bearer ${made.stdout.trim()}`
  expect(await read({ authorization })).toBe(200)
  const [token] = JSON.parse((await call(['tokens', 'list', '--json'])).stdout)
  expect(token).toMatchObject({ name: 'prometheus', scopes: ['read'], lastUsedAt: expect.any(String) })
  expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(90 * 86_400_000)
  expect((await call(['tokens', 'remove', 'Prometheus'])).code).toBe(0)
  expect(await read({ authorization })).toBe(401)

  const ended = new Promise(resolve => watch.once('close', resolve))
  watch.kill('SIGTERM')
  await ended
  // Neither password nor secret stands anywhere, on disk or in the log.
  const data = join(folder.path, '.vedette')
  const kept = readdirSync(data, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ name }) => readFileSync(join(data, name), 'latin1'))
  for (const text of [logged, ...kept]) {
    expect(text).not.toContain(password)
    expect(text).not.toContain(made.stdout.trim())
  }
  expect(logged).toContain('"person":"Amira"')
}, 180_000)

/** A real terminal: what is typed is echoed by it, unless the program asks it not to. Each answer is typed when its question is seen. */
async function onTerminal(folder: string, ...answers: readonly (readonly [question: RegExp, answer: string])[]) {
  const terminal = spawn('script', ['-qefc', `${process.execPath} ${bin} people add Amira --role admin`, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], TERM: 'xterm' },
  })
  onTestFinished(() => void terminal.kill('SIGKILL'))
  let seen = ''
  let next = 0
  terminal.stdout.on('data', (text: Buffer) => {
    seen += text.toString()
    if (!answers[next]?.[0].test(seen)) return
    terminal.stdin.write(answers[next]![1])
    next += 1
  })
  const code = await new Promise<number | null>(resolve => terminal.once('close', resolve))
  expect(next).toBe(answers.length)
  return { code, seen }
}

test('on a terminal the password is asked for twice and never shown', async () => {
  const { call, folder } = world()
  const { code, seen } = await onTerminal(
    folder.path,
    [/Password of Amira: $/, `${password}\r`],
    [/Once more: $/, `${password}\r`],
  )
  expect(code).toBe(0)
  expect(seen).toContain('added: Amira, admin')
  expect(seen).not.toContain('four')
  expect((await call(['people', 'list'])).stdout).toContain('Amira')
})

test.each([
  [
    'another one the second time',
    'another one, all the same\r',
    'expected the same password twice, found two; nothing was changed',
  ],
  ['Ctrl-C', '\u0003', 'expected the same password twice, found an interruption (SIGINT); nothing was changed'],
])('on a terminal %s changes nothing', async (_, second, why) => {
  const { call, folder } = world()
  const { code, seen } = await onTerminal(
    folder.path,
    [/Password of Amira: $/, `${password}\r`],
    [/Once more: $/, second],
  )
  expect(code).toBe(2)
  expect(seen).toContain(why)
  expect((await call(['people', 'list'])).stdout).toContain('nobody yet')
})

test.each<[readonly string[], string, string]>([
  [['people'], '', "expected add, password, role, remove or list, found 'nothing'"],
  [['people', 'add'], '', "expected 1 word behind 'add', found 0"],
  [['people', 'add', 'a b', '--role', 'admin'], '', "found 'a b'"],
  [['people', 'add', 'Amira'], '', "expected the role viewer, operator, admin, found 'none'"],
  [['people', 'add', 'Amira', '--role', 'boss'], '', "found 'boss'"],
  [['people', 'add', 'Amira', '--role', 'admin'], 'short', 'expected a password of 12 characters or more, found 5'],
  [['people', 'add', 'Amira', '--role', 'admin'], '', 'expected a password of 12 characters or more, found 0'],
  [['people', 'remove', 'Amira', '--data', '.'], '', "expected somebody of `vedette people list`, found 'Amira'"],
  [['tokens', 'add', 'ci'], '', 'expected --scope with some of read, run, deploy, operate, admin, found'],
  [['tokens', 'add', 'ci', '--scope', 'read,write'], '', "found 'write'"],
  [['tokens', 'add', 'ci', '--scope', 'read', '--expires', 'soon'], '', "found 'soon'"],
  [['tokens', 'remove', 'ci', '--data', '.'], '', "expected a token of `vedette tokens list`, found 'ci'"],
])('%j is refused', async (argv, input, why) => {
  const { call } = world()
  const { code, stdout, stderr } = await call(argv, input)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(why)
})

test('the last admin may go on the command line, where another can be made, and not unsaid', async () => {
  const { folder } = world()
  const call = async (...argv: readonly string[]) => {
    const io = capturedIo({ cwd: folder.path, env: {}, readSecret: async () => ({ secret: password }) })
    const code = await people.run(argv, io)
    return { code, said: io.stderr }
  }
  await call('add', 'Amira', '--role', 'admin')
  await call('add', 'Basil', '--role', 'admin')
  expect(await call('remove', 'Amira')).toEqual({ code: 0, said: '' })
  const left = await call('role', 'Basil', 'viewer')
  expect(left).toEqual({
    code: 0,
    said: expect.stringMatching(/^nobody is an admin any more: .*people role <name> admin/),
  })
  expect(await call('remove', 'Basil')).toEqual({ code: 0, said: '' })
})
