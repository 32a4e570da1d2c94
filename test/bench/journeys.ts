import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { findBrowser } from '../../runner/system/browser.ts'
import { membersOf } from '../../runner/system/process-tree.ts'
import { median, type Row } from './row.ts'
import { startPeer } from './watched.ts'

const root = join(import.meta.dirname, '../..')
const project = join(root, 'test/fixtures/journeys/ten')
const rounds = 5

interface Measure {
  readonly wall: number
  readonly cpu: number
}

/**
 * Ten journeys, and one, on a running service against `npx playwright test` with the same browser, and beside its command line without the
 * start of npx. CPU of the whole tree; ours includes the making of the next spare runner.
 */
export async function bench(): Promise<readonly Row[]> {
  const found = await findBrowser({ environment: process.env })
  if ('missing' in found) throw new Error(found.missing)
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'text/html').end(pageOf(request.url ?? '/'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const env = {
    ...process.env,
    BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    BENCH_BROWSER: found.executablePath ?? '',
  }
  const service = await startService(env)
  const rows: Row[] = []
  for (const [what, grep, bars] of [
    ['ten journeys', '', ['0.95', '0.9']],
    ['one journey', 'journey 1$', ['–', '0.6']],
  ] as const) {
    await service.run(grep)
    for (const peer of Object.values(peers)) await plain(peer, grep, env)
    const measured: { readonly ours: Measure; readonly npx: Measure; readonly cli: Measure }[] = []
    for (let round = 0; round < rounds; round++)
      measured.push({
        ours: await service.run(grep),
        npx: await plain(peers.npx, grep, env),
        cli: await plain(peers.cli, grep, env),
      })
    for (const peer of ['npx', 'cli'] as const)
      for (const [index, figure] of (['cpu', 'wall'] as const).entries())
        rows.push({
          what: `${what}, ${figure === 'cpu' ? 'CPU of the tree' : 'wall'}`,
          ours: `${median(measured.map(({ ours }) => ours[figure])).toFixed(2)} s`,
          peer: `${peers[peer].title} ${median(measured.map(each => each[peer][figure])).toFixed(2)} s`,
          ratio: median(measured.map(each => each.ours[figure] / each[peer][figure])),
          bar: peer === 'npx' ? bars[index]! : '–',
        })
  }
  rows.push(...(await besideTheLibrary(service, env)))
  await service.stop()
  server.close()
  return rows
}

/** What the same steps cost without a runner, reports and evidence: the least there is. */
async function besideTheLibrary(
  service: { run(grep: string): Promise<Measure> },
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Row[]> {
  await using library = await startPeer('playwright-process.ts', [], {
    BASE_URL: env['BASE_URL']!,
    BENCH_BROWSER: env['BENCH_BROWSER']!,
  })
  const bare = async (): Promise<Measure> => {
    using meter = measureTree(library.pid)
    const before = meter.seconds()
    const wall = await library.ask('go')
    return { wall, cpu: meter.seconds() - before }
  }
  await bare()
  const measured: [Measure, Measure][] = []
  for (let round = 0; round < rounds; round++) measured.push([await service.run(''), await bare()])
  return (['cpu', 'wall'] as const).map(figure => ({
    what: `ten journeys, ${figure === 'cpu' ? 'CPU of the tree' : 'wall'}, beside the bare library`,
    ours: `${median(measured.map(([ours]) => ours[figure])).toFixed(2)} s`,
    peer: `bare Playwright, warm ${median(measured.map(([, peer]) => peer[figure])).toFixed(2)} s`,
    ratio: median(measured.map(([ours, peer]) => ours[figure] / peer[figure])),
    bar: '–',
  }))
}

const peers = {
  npx: { title: 'npx playwright test', argv: ['npx', 'playwright'] },
  cli: { title: 'its command line', argv: [process.execPath, join(root, 'node_modules/playwright/cli.js')] },
} as const

/** The peer, whole, each time. */
async function plain(peer: (typeof peers)[keyof typeof peers], grep: string, env: NodeJS.ProcessEnv): Promise<Measure> {
  const { CI: _, ...clean } = env
  const [program, ...argv] = peer.argv
  const start = performance.now()
  const child = spawn(program, [...argv, 'test', '--reporter=line', '--grep', grep], {
    cwd: project,
    // The same Node for both.
    env: { ...clean, PATH: `${dirname(process.execPath)}${delimiter}${clean['PATH']}` },
    stdio: 'ignore',
  })
  using meter = measureTree(child.pid!)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`expected ${peer.title} to pass, found exit code ${code}`)
  return { wall: (performance.now() - start) / 1_000, cpu: meter.seconds() }
}

/** Our side: a process that runs on, as `watch` does. */
async function startService(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'journeys-process.ts'), project], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string) as { readonly wall: number }
  await next()
  return {
    async run(grep: string): Promise<Measure> {
      using meter = measureTree(child.pid!)
      const before = meter.seconds()
      child.stdin.write(`${JSON.stringify({ grep })}\n`)
      const { wall } = await next()
      return { wall, cpu: meter.seconds() - before }
    },
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

/**
 * CPU of a tree by sampling each process: nobody reaps the parts of a browser that dies, so the account of the root misses most of it.
 * The last moments of each process are lost, on both sides alike.
 */
function measureTree(root: number) {
  const ticks = new Map<string, number>()
  const sample = () => {
    for (const { pid, started } of membersOf({ roots: [{ pid: root }] }, process.pid)) {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
        ticks.set(`${pid}-${started}`, Number(fields[11]) + Number(fields[12]))
      } catch {
        // It ended while we looked.
      }
    }
  }
  sample()
  const timer = setInterval(sample, 50)
  return {
    seconds() {
      sample()
      return [...ticks.values()].reduce((sum, figure) => sum + figure, 0) / 100
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

const style = `<style>body{font:16px sans-serif}label{display:block}</style>`

function pageOf(path: string): string {
  if (path.startsWith('/login')) {
    return `${style}<h1>Sign in</h1><form action="/items" method="post"><label>Name <input name="name"></label><label>Password <input name="password" type="password"></label><button>Sign in</button></form>`
  }
  if (path.startsWith('/new')) {
    return `${style}<h1>New</h1><form action="/items" method="post"><label>Title <input name="title"></label><button>Save</button></form>`
  }
  if (path.startsWith('/item?')) return `${style}<h1>Item</h1><p>${'A long description. '.repeat(40)}</p>`
  const items = Array.from({ length: 30 }, (_, index) => `<li>Item ${index}</li>`).join('')
  return `${style}<h1>Items</h1><a href="/new">New item</a> <a href="/item?1">First item</a><ul>${items}</ul>`
}
