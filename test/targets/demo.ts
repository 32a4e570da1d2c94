/** `npm start`: sets up what is missing, starts the reference system, and Vedette watching it. Ctrl-C and SIGTERM end everything. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createCodAdmin } from './cod-admin/create-cod-admin.ts'

const { values } = parseArgs({
  options: { break: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } },
})
const root = join(import.meta.dirname, '../..')
const vedette = join(root, 'bin/vedette.js')
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

const setup = spawn(process.execPath, [vedette, 'setup', 'browser'], { cwd: root, stdio: 'inherit' })
stop.signal.addEventListener('abort', () => setup.kill('SIGTERM'))
await once(setup, 'exit')
if (stop.signal.aborted) process.exit(130)

const broken = values.break?.split(',') ?? []
const target = await createCodAdmin({ port: 7105, broken })
const options = ['port', 'data'].flatMap(name => {
  const value = values[name as 'port' | 'data']
  return value === undefined ? [] : [`--${name}`, value]
})
// Its own group, so that Ctrl-C reaches it once, from us, and it stops in order.
const watch = spawn(process.execPath, [vedette, 'watch', '--log-level', 'warn', ...options], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
})
stop.signal.addEventListener('abort', () => watch.kill('SIGTERM'))
let told = false
for await (const line of createInterface(watch.stdout)) {
  console.log(line)
  if (told || !line.includes('http://')) continue
  told = true
  for (const [name, url] of Object.entries(target.urls)) console.log(`  cod-admin ${name}: ${url}`)
  if (broken.length > 0) console.log(`  broken on purpose: ${broken.join(', ')}`)
}
process.exitCode = await codeOf(watch)
await target.close()

async function codeOf(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return stop.signal.aborted ? 0 : (child.exitCode ?? 1)
}
