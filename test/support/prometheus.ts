import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findService } from '../../runner/system/programs.ts'
import { tempFolder } from './temp-folder.ts'

/** A program of Debian's packages of Prometheus and its Alertmanager; the tests install it (`vedette setup --for test`). */
export function programOf(name: 'prometheus' | 'promtool' | 'prometheus-alertmanager' | 'amtool'): string {
  const path = findService(process.env, name)
  if (path === undefined) throw new Error(`expected ${name} on this machine, found none; npm test installs it`)
  return path
}

export interface Prometheus extends AsyncDisposable {
  readonly url: string
  /** The answers of an instant query, each with its labels; `at` in epoch ms. */
  query(expression: string, at?: number): Promise<readonly Sample[]>
  get(path: string): Promise<unknown>
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusOptions {
  /** Its configuration, and files beside it by name. */
  readonly config: string
  readonly files?: Readonly<Record<string, string>>
  /** Folder of the data. Default: one of its own, empty. */
  readonly data?: string
}

/** A real Prometheus on loopback, ready to be asked, gone with its scope. */
export async function startPrometheus({ config, files = {}, data }: PrometheusOptions): Promise<Prometheus> {
  const folder = tempFolder({ 'prometheus.yml': config, ...files })
  const port = await freePort()
  const child = spawn(
    programOf('prometheus'),
    [
      `--config.file=${join(folder.path, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data ?? join(folder.path, 'data')}`,
      '--storage.tsdb.retention.time=10y',
      `--web.listen-address=127.0.0.1:${port}`,
      // What fires before an Alertmanager is known would otherwise wait for a minute.
      '--rules.alert.resend-delay=1s',
    ],
    { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
    folder[Symbol.dispose]()
  }
  const said: string[] = []
  const lines = createInterface({ input: child.stderr })
  const ready = new Promise<boolean>(resolve => {
    lines.on('line', line => {
      said.push(line)
      if (line.includes('Server is ready to receive web requests')) resolve(true)
    })
    void ended.then(() => resolve(false))
  })
  if (!(await ready)) {
    folder[Symbol.dispose]()
    throw new Error(`expected a Prometheus that listens, found that it ended:\n${said.join('\n')}`)
  }
  const url = `http://127.0.0.1:${port}`
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    const body = (await response.json()) as { readonly status: string; readonly data: unknown; readonly error?: string }
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`)
    return body.data
  }
  return {
    url,
    get,
    async query(expression, at) {
      const time = at === undefined ? {} : { time: String(at / 1_000) }
      const data = await get(`/api/v1/query?${new URLSearchParams({ query: expression, ...time })}`)
      const { result } = data as {
        readonly result: readonly {
          readonly metric: Record<string, string>
          readonly value: readonly [number, string]
        }[]
      }
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    [Symbol.asyncDispose]: stop,
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
