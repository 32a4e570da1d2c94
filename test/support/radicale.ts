import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tempFolder } from './temp-folder.ts'

export interface Radicale extends AsyncDisposable {
  readonly url: string
  readonly user: string
  readonly password: string
  stop(): Promise<void>
}

/** Radicale, a calendar server of other people (Debian's package), with its own sign-in, web interface and storage, on a free port. */
export async function startRadicale(): Promise<Radicale> {
  const folder = tempFolder({ users: 'anna:calendar-secret\n' })
  const port = await freePort()
  const child = spawn(
    'radicale',
    [
      ...['--config', ''],
      ...['--server-hosts', `127.0.0.1:${port}`],
      ...[
        '--auth-type',
        'htpasswd',
        '--auth-htpasswd-filename',
        `${folder.path}/users`,
        '--auth-htpasswd-encryption',
        'plain',
      ],
      ...['--storage-filesystem-folder', `${folder.path}/collections`, '--logging-level', 'info'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await ready(child)
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    folder[Symbol.dispose]()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    user: 'anna',
    password: 'calendar-secret',
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function ready(child: ChildProcess): Promise<void> {
  let output = ''
  return new Promise((resolve, reject) => {
    child.once('error', error =>
      reject(new Error(`radicale could not be started (${error.message}); \`vedette setup --for test\` installs it`)),
    )
    child.once('exit', code => reject(new Error(`radicale ended with ${code}: ${output}`)))
    child.stderr!.on('data', (chunk: Buffer) => {
      output += chunk
      if (/server ready|Listening on/i.test(output)) resolve()
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
