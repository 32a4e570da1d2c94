import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findService } from '../../../runner/system/programs.ts'
import { listen } from './listen.ts'

export interface EdgeOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** What stands in `http { … }` beside the server, such as `limit_req_zone`. */
  readonly http?: string
  /** The locations. */
  readonly server: string
}

export interface Edge {
  readonly url: string
  close(): Promise<void>
}

export const isNginxHere = (): boolean => findService(process.env, 'nginx') !== undefined

/** A real nginx in front of a reference system: one process, with a folder of its own, that ends with us however we end. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { host, http = '', server } = options
  const nginx = findService(process.env, 'nginx')
  if (nginx === undefined) throw new Error('expected nginx, found none; `vedette setup demo` installs it where it can')
  const port = options.port === 0 ? await freePort(host) : options.port
  const folder = mkdtempSync(join(tmpdir(), 'vedette-edge-'))
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration(folder, `listen ${host}:${port};\n${server}`, http))
  // The shell waits for the end of a pipe that only we hold, and then ends nginx: also when we were killed. It says so until nginx is gone:
  // a signal that comes just before nginx waits for events is noted, and wakes nobody.
  const script = '"$@" & cat >/dev/null; while kill $! 2>/dev/null; do sleep 0.1; done; wait $!; rm -rf "$0"'
  const child = spawn('/bin/sh', ['-c', script, folder, nginx, '-p', folder, '-c', file, '-e', 'stderr'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C reaches us alone.
    detached: true,
  })
  const exited = once(child, 'exit')
  const close = async () => {
    child.stdin.end()
    await exited
  }
  const trouble = await troubleAtStart(child.stderr)
  if (trouble !== undefined) {
    await close()
    throw new Error(`expected nginx to listen on ${host}:${port}, found: ${trouble}`)
  }
  return { url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`, close }
}

/** Listeners are open when nginx says how it waits for events. Its later lines are read and dropped, so that the pipe never fills. */
function troubleAtStart(log: NodeJS.ReadableStream): Promise<string | undefined> {
  return new Promise(resolve => {
    const lines = createInterface(log)
    lines.on('line', line => {
      if (line.includes('event method')) resolve(undefined)
      else if (line.includes('[emerg]')) resolve(line)
    })
    lines.once('close', () => resolve('it ended at once'))
  })
}

async function freePort(host: string): Promise<number> {
  const { url, close } = await listen(() => {}, { host, port: 0 })
  await close()
  return Number(new URL(url).port)
}

const configuration = (folder: string, server: string, http: string) => `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join('\n')}
${http}
server {
${server}
}
}
`
