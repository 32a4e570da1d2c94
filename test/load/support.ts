import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { load as defineLoad, type LoadOptions } from '../../runner/config/load.ts'
import type { LoadDefinition } from '../../runner/core/definitions.ts'
import type { Requirement } from '../../runner/core/requirements.ts'
import { type LoadRequest, runLoad } from '../../runner/load/run-load.ts'
import { realClock } from '../../runner/system/clock.ts'
import { type FoundK6, findK6, isK6, k6Folder } from '../../runner/system/k6.ts'

/** A server that answers as the listener says, on a free port. */
export async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The k6 that `vedette setup` left. */
async function requireK6(): Promise<FoundK6> {
  const found = await findK6({ env: process.env, caches: [k6Folder('.vedette')] })
  if (!isK6(found)) throw new Error(found.missing)
  return found
}

export const requirements: readonly Requirement[] = [
  {
    id: 'COD-01',
    need: 'orders under a ramp',
    verify: 'load',
    threshold: [
      { stages: ['2m:50', '5m:100', '2m:0'] },
      { metric: 'http_req_duration_ms', stat: 'p95', lt: 500 },
      { metric: 'error_rate', lt: 0.01 },
    ],
    broken: 'slow or failing',
    source: 'Load',
  },
  {
    id: 'COD-02',
    need: '100 users for 10 minutes',
    verify: 'load',
    threshold: [{ metric: 'concurrent_users', gte: 100 }, { stages: ['0s:100', '10m:100'] }, { as: 'COD-01' }],
    broken: 'slow after five minutes',
    source: 'Load',
  },
]

export const define = (options: LoadOptions, folder = '/'): LoadDefinition => defineLoad(options).loadAt(folder)

/** Runs a definition against an address with what most tests do not care about. */
export async function run(
  load: LoadDefinition,
  url: string,
  more: Partial<LoadRequest> = {},
): ReturnType<typeof runLoad> {
  const result = await runLoad({
    system: { id: 'shop', requirements },
    load,
    profile: 'documented',
    urls: { web: url },
    environment: 'local',
    timeScale: 1,
    signal: new AbortController().signal,
    clock: realClock,
    k6: more.k6 ?? (await requireK6()),
    id: 'test-run',
    env: process.env,
    cwd: '/',
    reveal: text => String(text),
    scrub: text => text,
    ...more,
  })
  // Every run names itself and its k6, whatever became of it.
  expect(result).toMatchObject({ id: 'test-run', system: 'shop', load: load.id, environment: 'local' })
  return result
}

/** A script that asks for one page again and again. */
export const plainScript = `import http from 'k6/http'
import { sleep } from 'k6'
export default function () {
  http.get(__ENV.BASE_URL + '/page')
  sleep(0.05)
}
`

export const scriptIn = (folder: string): string => join(folder, 'script.ts')
