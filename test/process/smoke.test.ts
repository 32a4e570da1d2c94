import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'
import { readXml } from '../support/read-xml.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

const configuration = `import { check, defineConfig, defineSystem, type Probe, RunnerFault } from 'vedette'

const get = (path: string): Probe => ({
  kind: 'get',
  summary: path,
  async observe({ url, signal, marks }) {
    const response = await fetch(new URL(path, url()), { signal, headers: marks })
    const detail = \`expected 200, found \${response.status} on \${path}\`
    return response.status === 200 ? { ok: true } : { ok: false, reason: 'status', detail }
  },
})
const blind: Probe = { kind: 'blind', summary: 'sees nothing', observe: () => Promise.reject(new RunnerFault('no file handles are left')) }
const quits: Probe = { kind: 'quits', summary: 'ends everything', observe: () => process.exit(0) }
const once = { retry: { attempts: 0 }, timeout: '60s' }

export default defineConfig({
  systems: [
    defineSystem('shop', {
      url: { web: { env: 'SHOP_URL', environments: {} } },
      checks: [
        check('home', { probe: get('/'), ...once }),
        check('cart', { probe: get('/cart'), ...once, tags: ['critical'] }),
        check('broken', { probe: get('/broken'), ...once, smoke: false }),
        check('blind', { probe: blind, ...once, smoke: false }),
        check('quits', { probe: quits, ...once, smoke: false }),
        check('hang', { probe: get('/hang'), ...once, smoke: false }),
      ],
    }),
  ],
})
`

interface Shop {
  readonly url: string
  /** Resolves when somebody asks for the path. */
  asked(path: string): Promise<IncomingMessage>
}

/** A tiny shop: 500 on /broken, never an answer on /hang, its revisions in turn on /version. */
async function shop(revisions: readonly string[] = ['abc']): Promise<Shop> {
  const queue = [...revisions]
  const waiting = new Map<string, (request: IncomingMessage) => void>()
  const answer: RequestListener = (request, response) => {
    const path = request.url!
    waiting.get(path)?.(request)
    if (path === '/hang') return
    if (path === '/version') response.setHeader('x-revision', queue.length > 1 ? queue.shift()! : queue[0]!)
    response.writeHead(path === '/broken' ? 500 : 200).end('{}')
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: path => new Promise(resolve => waiting.set(path, resolve)),
  }
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
  readonly folder: TempFolder
}

function start(url: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = tempFolder({ 'vedette.config.ts': configuration })
  onTestFinished(() => folder[Symbol.dispose]())
  const child: ChildProcess = spawn(process.execPath, [join(packageFolder, 'bin/vedette.js'), 'smoke', ...argv], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], SHOP_URL: url, ...env },
  })
  let out = ''
  let error = ''
  child.stdout!.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr!.on('data', (text: Buffer) => (error += text.toString()))
  const ended = new Promise<Ended>(resolve => child.on('close', code => resolve({ code, out, error, folder })))
  return { child, ended }
}

const smoke = async (url: string, ...argv: readonly string[]) => start(url, argv).ended

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

test('0: GO on the expected revision', async () => {
  const { code, out, error } = await smoke((await shop()).url, '--expect-revision', 'abc')
  expect({ code, error, last: lastLine(out) }).toEqual({
    code: 0,
    error: '',
    last: 'GO: all 2 checks passed on revision abc',
  })
})

test('1: NO-GO, and the rollback hook gets the decision; its own exit code changes nothing', async () => {
  const { code, out, error, folder } = await smoke(
    (await shop()).url,
    ...[
      'shop/home',
      'shop/broken',
      '--on-no-go',
      'cat > decision.json; echo "rolling back $VEDETTE_FAILED from $VEDETTE_REVISION"; exit 7',
    ],
  )
  expect({ code, last: lastLine(out) }).toEqual({
    code: 1,
    last: 'NO-GO: shop/broken failed (status): expected 200, found 500 on /broken',
  })
  expect(error).toContain('rolling back shop/broken from abc\nrollback hook ended with exit code 7\n')
  expect(JSON.parse(readFileSync(join(folder.path, 'decision.json'), 'utf8'))).toMatchObject({
    exitCode: 1,
    decision: 'no-go',
  })
})

test('1: what the rollback hook leaves running is neither waited for nor killed', async () => {
  const hook = 'sleep 300 & echo $! > left; echo started'
  const { code, error, folder } = await smoke((await shop()).url, 'shop/broken', '--on-no-go', hook)
  const left = Number(readFileSync(join(folder.path, 'left'), 'utf8'))
  onTestFinished(() => void process.kill(left))
  expect({ code, error }).toEqual({
    code: 1,
    error: `rollback hook: ${hook}\nstarted\nrollback hook ended with exit code 0\n`,
  })
  expect(process.kill(left, 0)).toBe(true)
})

test.each([
  ['an empty selection', ['@nobody'], /found '@nobody', which fits no check/],
  ['a selection that excludes all', ['shop', '!shop'], /shop !shop selects none/],
  ['an unknown option', ['--stict'], /found '--stict'; did you mean '--strict'\?/],
  ['an unknown reporter', ['--reporter', 'jnit'], /expected a reporter \(console, json, junit, markdown\)/],
  ['a bad duration', ['--wait', '5'], /expected --wait to be a duration such as 30s or 5m, found '5'/],
  ['an unset revision', ['--expect-revision', ''], /expected --expect-revision to name a revision/],
  ['a URL that is none', ['--url', 'shop'], /expected an address such as/],
  ['a missing configuration', ['--config', 'none.ts'], /found nothing at .*none\.ts/],
])('2: %s', async (_name, argv, message) => {
  const { code, out, error } = await smoke((await shop()).url, ...argv)
  expect(code).toBe(2)
  expect(out + error).toMatch(message)
})

test('3: CANNOT TELL, and no rollback', async () => {
  const { code, out, error } = await smoke(
    (await shop()).url,
    'shop/home',
    'shop/blind',
    '--on-no-go',
    'echo rolled back',
  )
  expect({ code, last: lastLine(out) }).toEqual({
    code: 3,
    last: 'CANNOT TELL: shop/blind is unknown (runner): no file handles are left',
  })
  expect(error).toBe('')
})

test('3: out of time', async () => {
  const { code, out } = await smoke((await shop()).url, 'shop/hang', '--timeout', '500ms')
  expect(code).toBe(3)
  expect(lastLine(out)).toContain('shop/hang is unknown (runner): not done when the 500ms of this gate were over')
})

test.each<[string, readonly string[], readonly string[], RegExp]>([
  ['another revision', ['abc'], ['--expect-revision', 'def', '--wait', '0'], /expected revision def, found abc on web/],
  [
    'a revision with = in it',
    ['abc'],
    ['--expect-revision', 'shop=abc=def', '--wait', '0'],
    /expected revision abc=def, found abc on web/,
  ],
  [
    'a mixed fleet',
    ['abc', 'def', 'abc', 'def'],
    ['--expect-revision', 'abc', '--wait', '0'],
    /found abc and def on web \(a mixed fleet\)/,
  ],
  ['changed during the run', ['abc', 'abc', 'abc', 'def'], [], /changed during the run: abc before, def after/],
])('4: %s', async (_name, revisions, argv, message) => {
  const { code, out } = await smoke((await shop(revisions)).url, ...argv)
  expect(code).toBe(4)
  expect(lastLine(out)).toMatch(message)
})

test('waits for the revision to come up', async () => {
  const { code, out } = await smoke((await shop(['old', 'new'])).url, '--expect-revision', 'new', '--wait', '30s')
  expect(code).toBe(0)
  expect(out).toContain('shop: waiting, expected revision new, found old on web')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s: the reports are written, the exit code is %i', async (signal, expected) => {
  const { url, asked } = await shop()
  const hung = asked('/hang')
  const { child, ended } = start(url, [
    'shop/home',
    'shop/hang',
    '--reporter',
    'console',
    '--reporter',
    'junit=out/report.xml',
  ])
  await hung
  child.kill(signal)
  const { code, out, folder } = await ended
  expect(code).toBe(expected)
  expect(lastLine(out)).toBe(`CANNOT TELL: interrupted by ${signal} before all checks had their say (and 1 more)`)
  const cases = readXml(readFileSync(join(folder.path, 'out/report.xml'), 'utf8'))
  expect(cases.find(element => element.attributes['name'] === 'hang')).toBeDefined()
})

test('a stop that arrives twice at once, from the terminal and from npx, still ends with its report', async () => {
  const { url, asked } = await shop()
  const hung = asked('/hang')
  const { child, ended } = start(url, ['shop/hang', '--reporter', 'junit=report.xml'])
  await hung
  // Two of a kind that are sent at once may arrive as one.
  child.kill('SIGINT')
  child.kill('SIGTERM')
  const { code, folder } = await ended
  expect([130, 143]).toContain(code)
  expect(readFileSync(join(folder.path, 'report.xml'), 'utf8')).toContain('</testsuites>')
})

test('a probe that ends the process with 0 does not pass the gate', async () => {
  expect((await smoke((await shop()).url, 'shop/quits')).code).toBe(3)
})

test('all reports at once; what cannot be written is told and changes nothing', async () => {
  const { url } = await shop()
  const { ended } = start(
    url,
    [
      '--reporter=console',
      '--reporter=json',
      '--reporter=junit=report.xml',
      '--reporter=markdown=summary.md',
      '--reporter=junit=vedette.config.ts/x.xml',
    ],
    { GITHUB_STEP_SUMMARY: 'summary.md' },
  )
  const { code, out, error, folder } = await ended
  expect(code).toBe(0)
  // The console makes room on standard output for what a program reads.
  const lines = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { check?: string; exitCode?: number })
  expect(lines.map(line => line.check ?? line.exitCode)).toEqual(['home', 'cart', 0])
  expect(error).toContain('reporter junit failed: ')
  expect(error).toContain('GO: all 2 checks passed on revision abc')
  expect(existsSync(join(folder.path, 'report.xml'))).toBe(true)
  expect(readFileSync(join(folder.path, 'summary.md'), 'utf8')).toContain('## ✅ GO')
})

test('our requests are marked, the questions for the revision too', async () => {
  const { url, asked } = await shop()
  const requests = Promise.all([asked('/version'), asked('/cart')])
  await smoke(url)
  for (const { headers } of await requests) {
    expect(headers).toMatchObject({
      'user-agent': expect.stringMatching(/^Vedette\//),
      'x-vedette-run': expect.stringMatching(/^shop~/),
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    })
  }
})
