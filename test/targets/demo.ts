/**
 * `npm start [-- system…] [--break COD-14,THR-04] [--port 8080] [--free-ports] [--data folder] [--config file]`: sets up what is missing, starts the
 * reference systems (all, or those named; at any ports with `--free-ports`), and Vedette watching them. Ctrl-C and SIGTERM end everything.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { nearest } from '../../runner/core/nearest.ts'
import { runJobs } from './jobs.ts'
import { prepareTargets } from './start-targets.ts'

const root = join(import.meta.dirname, '../..')
const vedette = join(root, 'bin/vedette.js')
const options = {
  break: { type: 'string' },
  port: { type: 'string' },
  'free-ports': { type: 'boolean', default: false },
  data: { type: 'string' },
  config: { type: 'string' },
} as const
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
try {
  process.exitCode = await main()
} catch (error) {
  const { code, message } = error as Error & { readonly code?: string }
  if (code?.startsWith('ERR_PARSE_ARGS')) {
    console.error(explain(message))
    process.exit(2)
  }
  // A port in use, mostly. Other reference systems may listen already. Whatever was started ends with us.
  stop.abort()
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function main(): Promise<number> {
  const { values, positionals: names } = parseArgs({ allowPositionals: true, options })
  const empty = (['port', 'data', 'config'] as const).find(option => values[option] === '')
  if (empty !== undefined) {
    console.error(`expected --${empty} to have a value, found nothing (an unset variable?)`)
    return 2
  }
  const start = prepareTargets({ breaks: values.break, names, freePorts: values['free-ports'] })
  if (typeof start === 'string') {
    console.error(start)
    return 2
  }
  await codeOf(run(['setup', 'browser', 'demo'], 'inherit'))
  if (stop.signal.aborted) return 130

  const targets = await start()
  const from = [...(values.data ? ['--data', values.data] : []), ...(values.config ? ['--config', values.config] : [])]
  const more = [...(values.port ? ['--port', values.port] : []), ...from]
  const urls = values['free-ports'] ? targets.urls.flatMap(url => ['--url', url]) : []
  const watch = run(['watch', ...names, '--log-level', 'warn', ...urls, ...more], 'pipe')
  let told = false
  for await (const line of createInterface(watch.stdout!)) {
    console.log(line)
    // The page of Vedette comes first: it is where a newcomer goes.
    if (told || !line.includes('http://')) continue
    told = true
    for (const each of targets.lines) console.log(each)
    runJobs(await heartbeatAddresses(/http:\S+/.exec(line)![0], names, from), stop.signal)
  }
  const code = await codeOf(watch)
  await targets.close()
  return code
}

/** What Node says of options that it does not know helps nobody who has misspelt one. */
function explain(message: string): string {
  const found = /^Unknown option '([^']+)'/.exec(message)?.[1]
  if (found === undefined) return message
  const known = Object.keys(options).map(name => `--${name}`)
  const near = nearest(found, known)
  return `expected one of the options ${known.join(', ')}, found '${found}'${near ? `; did you mean '${near}'?` : ''}`
}

/** Where the jobs of these systems (all, without any) send their signals. */
async function heartbeatAddresses(page: string, names: readonly string[], from: readonly string[]) {
  const asked = run(['heartbeats', '--json', ...from], 'pipe')
  const said = await text(asked.stdout!)
  // It was ended with us, or has said itself why not.
  if ((await codeOf(asked)) !== 0 || stop.signal.aborted) return new Map<string, string>()
  const rows = JSON.parse(said) as readonly { readonly heartbeat: string; readonly address: string }[]
  return new Map(
    rows
      .filter(({ heartbeat }) => names.length === 0 || names.includes(heartbeat.split('/')[0]!))
      .map(({ heartbeat, address }) => [heartbeat, new URL(new URL(address).pathname, page).href]),
  )
}

/** In its own group, so that Ctrl-C reaches it once, from us, and it stops in order. */
function run(args: readonly string[], stdout: 'inherit' | 'pipe'): ChildProcess {
  const child = spawn(process.execPath, [vedette, ...args], {
    cwd: root,
    stdio: ['ignore', stdout, 'inherit'],
    detached: true,
  })
  stop.signal.addEventListener('abort', () => child.kill('SIGTERM'))
  return child
}

async function codeOf(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return stop.signal.aborted ? 0 : (child.exitCode ?? 1)
}
