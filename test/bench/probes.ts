import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { tempFolder } from '../support/temp-folder.ts'
import { pairs, type Row } from './row.ts'
import { cpuSeconds, pause, startPeer, startTarget, startWatched } from './watched.ts'

const rate = 200
const seconds = 4

/**
 * CPU per 1,000 probes with a new connection each, from schedule to stored result, against blackbox_exporter's bare probe at the same rate, and
 * against bare undici, which neither schedules nor stores.
 */
export async function bench(): Promise<readonly Row[]> {
  await using target = await startTarget()
  return [
    ...(await compare('CPU per 1,000 HTTP probes', target.http, 'http_2xx', '0.6')),
    ...(await compare('CPU per 1,000 HTTPS probes, full handshake', target.https, 'https_2xx', '1.2')),
  ]
}

async function compare(what: string, url: string, module: string, bar: string): Promise<readonly Row[]> {
  const checks = `Array.from({ length: ${rate * 5} }, (_, index) => check('c' + index, { probe: http('/', { verify: false }), every: '5s', retry: { attempts: 0 } }))`
  await using watched = await startWatched(checks, url)
  await using exporter = await startExporter()
  await using bare = await startPeer('undici-process.ts')
  // Both idle while the other is measured would be fairer still; but a watch cannot be paused, so its rest is what it is.
  const ours = async () => {
    const before = { cpu: cpuSeconds(watched.pid), ran: (await watched.figures()).ran }
    await pause(seconds * 1_000)
    const after = { cpu: cpuSeconds(watched.pid), ran: (await watched.figures()).ran }
    return ((after.cpu - before.cpu) / (after.ran - before.ran)) * 1_000
  }
  const undici = async () => {
    const before = cpuSeconds(bare.pid)
    const good = await bare.ask({ url, rate, seconds })
    return ((cpuSeconds(bare.pid) - before) / good) * 1_000
  }
  const peer = async () => {
    const before = cpuSeconds(exporter.pid)
    const probed = await exporter.probe(url, module)
    return ((cpuSeconds(exporter.pid) - before) / probed) * 1_000
  }
  while ((await watched.figures()).seen < rate * 5) await pause(500)
  const row = async (name: string, measure: () => Promise<number>, limit: string): Promise<Row> => {
    const measured = await pairs(5, ours, measure)
    return {
      what,
      ours: `${measured.ours.toFixed(3)} CPU-s`,
      peer: `${name} ${measured.peer.toFixed(3)} CPU-s`,
      ratio: measured.ratio,
      bar: limit,
    }
  }
  return [await row('blackbox_exporter', peer, bar), await row('bare undici', undici, '–')]
}

interface Exporter extends AsyncDisposable {
  readonly pid: number
  /** Probes at `rate` for a while; returns how many succeeded. */
  probe(url: string, module: string): Promise<number>
}

async function startExporter(): Promise<Exporter> {
  const folder = tempFolder()
  const file = join(folder.path, 'blackbox.yml')
  writeFileSync(
    file,
    `modules:
  http_2xx: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4 } }
  https_2xx: { prober: http, timeout: 5s, http: { preferred_ip_protocol: ip4, tls_config: { insecure_skip_verify: true } } }
`,
  )
  const port = await freePort()
  const child: ChildProcess = spawn(
    'prometheus-blackbox-exporter',
    [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    { stdio: 'ignore' },
  )
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path, agent }, async response => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve(Buffer.concat(chunks).toString())
      })
      request.on('error', reject)
    })
  while (!(await ask('/-/healthy').catch(() => undefined))) await pause(50)
  return {
    pid: child.pid!,
    async probe(url, module) {
      const path = `/probe?module=${module}&target=${encodeURIComponent(url)}`
      const answers: Promise<string>[] = []
      const start = performance.now()
      for (let index = 0; index < rate * seconds; index += 1) {
        const wait = start + (index * 1_000) / rate - performance.now()
        if (wait > 1) await pause(wait)
        answers.push(ask(path))
      }
      const good = (await Promise.all(answers)).filter(text => text.includes('probe_success 1'))
      return good.length
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      const exited = once(child, 'exit')
      child.kill()
      await exited
      folder[Symbol.dispose]()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
