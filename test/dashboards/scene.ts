/**
 * A Vedette in a process of its own that has something to show on every panel, and a shop that it watches: an address that answers over
 * TLS, one that is broken, one in maintenance, a journey, a heartbeat, objectives with a past, a load run, a deploy and a notifier.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createPlain, type RequestListener, type Server } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from '../../runner/commands/command.ts'
import { command as deployCommand } from '../../runner/commands/deploy.ts'
import { command as heartbeatsCommand } from '../../runner/commands/heartbeats.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { run } from '../stores/runs.ts'
import { capturedIo } from '../support/captured-io.ts'
import { createAuthority } from '../support/certificates.ts'
import { tempFolder } from '../support/temp-folder.ts'

export interface Scene extends AsyncDisposable {
  /** Of the watch. */
  readonly url: string
  /** From now on. */
  repair(): void
}

const vedette = join(packageFolder, 'bin/vedette.js')
const journeys = join(packageFolder, 'test/fixtures/journeys/charted')

const configuration = (secure: string, plain: string, hook: string) => `import {
  check, defineConfig, defineSystem, heartbeat, http, load, maintenance, objective, playwright, webhook,
} from 'vedette'
const promise = { need: 'it is up', verify: 'slo', broken: 'it is down', source: 'Targets' }
const requirements = [
  { ...promise, id: 'SHOP-1', threshold: [{ metric: 'availability', gte: 0.9, window: '7d' }] },
  { ...promise, id: 'SHOP-2', threshold: [{ metric: 'http_req_duration_ms', stat: 'avg', lt: 500, window: '7d' }] },
]
const often = { every: '1s', retry: { attempts: 0 }, severity: 'p0', owner: 'oncall' }
export default defineConfig({
  notifiers: [webhook({ id: 'hook', url: '${hook}', secret: 'whsec_${Buffer.alloc(32).toString('base64')}' })],
  maintenance: [maintenance('Move', { selection: ['shop/moved'], from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' })],
  systems: [defineSystem('shop', {
    url: { web: '${secure}', plain: '${plain}' },
    requirements,
    objectives: [
      objective('available', { from: 'SHOP-1', checks: ['broken'], alerts: false }),
      objective('fast', { from: 'SHOP-2', checks: ['home'] }),
    ],
    checks: [
      check('home', { probe: http('/', { ca: 'ca.pem' }), ...often }),
      check('broken', { probe: http('/broken', { origin: 'plain' }), ...often }),
      check('moved', { probe: http('/', { origin: 'plain' }), ...often }),
      heartbeat('backup', { every: '1h' }),
      playwright('${journeys}', { every: '10s', retry: { attempts: 0 }, env: { BASE_URL: '${plain}' } }),
      load({ script: './load.ts', stages: ['0s:2', '20s:2'], thresholds: { http_req_duration: ['p(95)<5000'], http_req_failed: ['rate<0.01'] } }),
    ],
  })],
})
`
const loadScript = (url: string) => `import http from 'k6/http'
export default function () {
  http.get('${url}')
}
`

/** The last hour, so that objectives have something to be judged by. */
async function writePast(file: string): Promise<void> {
  await using store = await createSqliteStore({ path: file, clock: realClock })
  const now = Date.now()
  const results = ['home', 'broken'].flatMap(check =>
    Array.from({ length: 60 }, (_, index) => {
      const slot = now - (index + 1) * 60_000
      const isBroken = check === 'broken' && index % 2 === 0
      return run({
        system: 'shop',
        environment: 'local',
        check,
        slot,
        startedAt: slot,
        ...(isBroken ? { verdict: 'failed', reason: 'status', detail: 'expected status 200, found 503' } : {}),
      })
    }),
  )
  await store.append({ results, health: [] })
}

/** Listens as long as the scene is open. */
async function listening(server: Server, opened: AsyncDisposableStack): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** @param hook Where the notifier of Vedette itself delivers. */
export async function openScene(hook: string): Promise<Scene> {
  await using opened = new AsyncDisposableStack()
  let isBroken = true
  const answer: RequestListener = ({ url }, response) => {
    response.setHeader('content-type', 'text/html')
    response.statusCode = url?.startsWith('/broken') && isBroken ? 503 : 200
    response.end('<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><button>Pay</button></html>')
  }
  const authority = createAuthority()
  const secure = createTls(authority.issue({ names: ['localhost'] }), answer)
  const plainUrl = `http://localhost:${await listening(createPlain(answer), opened)}`
  const folder = opened.use(
    tempFolder({
      'package.json': '{ "type": "module" }',
      'vedette.config.ts': configuration(`https://localhost:${await listening(secure, opened)}`, plainUrl, hook),
      'load.ts': loadScript(plainUrl),
      'ca.pem': authority.cert,
      'data/.keep': '',
    }),
  )
  await writePast(join(folder.path, 'data/history-local.db'))
  const call = async (command: Command, ...argv: readonly string[]) => {
    const io = capturedIo({ cwd: folder.path, env: {} })
    const code = await command.run([...argv, '--data', 'data'], io)
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${io.stdout}${io.stderr}`)
    return io.stdout
  }
  await call(deployCommand, 'mark', '--system', 'shop', '--revision', 'abc')
  const start = (...argv: readonly string[]) => {
    const child = spawn(process.execPath, [vedette, ...argv, '--data', 'data'], {
      cwd: folder.path,
      env: { ...process.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(child, 'exit')
    opened.defer(async () => {
      child.kill('SIGTERM')
      await ended
    })
    return child
  }
  const watch = start('watch', '--port', '0', '--log-level', 'silent')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: watch.stdout! }).on('line', line => {
      const found = /^Vedette: (http\S+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    watch.once('exit', code => reject(new Error(`expected a watch that goes on, found that it ended with ${code}`)))
  })
  // It is stored by a process of its own, while the watch goes on.
  start('load', 'shop', '--time-scale', '0.02')
  const [backup] = JSON.parse(await call(heartbeatsCommand, '--json', '--watch', url)) as { readonly address: string }[]
  await fetch(backup!.address, { method: 'POST' })
  const left = opened.move()
  return {
    url,
    repair() {
      isBroken = false
    },
    [Symbol.asyncDispose]: () => left.disposeAsync(),
  }
}
