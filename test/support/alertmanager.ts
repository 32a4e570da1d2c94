import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort, programOf } from './prometheus.ts'
import { tempFolder } from './temp-folder.ts'

export interface Alertmanager extends AsyncDisposable {
  /** `127.0.0.1:9093`. */
  readonly address: string
  alerts(): Promise<readonly HeldAlert[]>
}

export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] }
}

/** A real Alertmanager on loopback, alone, gone with its scope. */
export async function startAlertmanager(config: string): Promise<Alertmanager> {
  const folder = tempFolder({ 'alertmanager.yml': config })
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    programOf('prometheus-alertmanager'),
    [
      `--config.file=${join(folder.path, 'alertmanager.yml')}`,
      `--storage.path=${join(folder.path, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(child, 'exit')
  const said: string[] = []
  const isReady = await new Promise<boolean>(resolve => {
    createInterface({ input: child.stderr }).on('line', line => {
      said.push(line)
      if (line.includes('Listening on')) resolve(true)
    })
    void ended.then(() => resolve(false))
  })
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
    folder[Symbol.dispose]()
  }
  if (!isReady) {
    folder[Symbol.dispose]()
    throw new Error(`expected an Alertmanager that listens, found that it ended:\n${said.join('\n')}`)
  }
  return {
    address,
    alerts: async () => (await (await fetch(`http://${address}/api/v2/alerts`)).json()) as readonly HeldAlert[],
    [Symbol.asyncDispose]: stop,
  }
}
