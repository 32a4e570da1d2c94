/** Node programs as children that report lines of JSON on their file descriptor 3. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { readProcess } from './process-tree.ts'

export interface NodeChild {
  readonly pid: number
  /** With the pid it names the process for ever. */
  readonly started: string | undefined
  /** Resolves when it is gone, whatever the reason. */
  readonly exited: Promise<ChildExit>
  /** Resolves when nobody holds the other end of the line pipe. */
  readonly drained: Promise<void>
  /** The last 16 KB of what it printed. */
  output(): string
  /** Hands over its standard input, whole. */
  send(text: string): void
  /** Who gets the lines from now on; earlier ones are kept for the first listener. */
  listen(listener: (line: string) => void): void
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** It never started. */
  readonly error?: string
}

export interface ChildOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

// Children live for seconds and make much that is short-lived: a young generation that begins at its full size saves most collections,
// about a twentieth of the CPU of ten journeys. Workers that a child forks inherit this.
const flags = ['--min-semi-space-size=16']

/** Starts `node <args>` in a session of its own, so that a Ctrl-C meant for us does not reach it. */
export function startNode(args: readonly string[], { cwd, env }: ChildOptions): NodeChild {
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  // Whoever ends first, a broken pipe is no news.
  child.stdin!.on('error', () => undefined)
  const lines = child.stdio[3] as Readable
  const { output } = keepTail(child)
  const exited = new Promise<ChildExit>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', error => resolve({ code: null, signal: null, error: error.message }))
  })
  const { listen } = readLines(lines)
  return {
    pid: child.pid ?? 0,
    started: child.pid === undefined ? undefined : readProcess(child.pid)?.started,
    exited,
    drained: once(lines, 'close').then(() => undefined),
    output,
    send: text => child.stdin!.end(text),
    listen,
  }
}

function keepTail(child: ChildProcess) {
  let tail = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      tail = (tail + text).slice(-16_384)
    })
  }
  return { output: () => tail }
}

function readLines(stream: Readable) {
  const waiting: string[] = []
  let listener: ((line: string) => void) | undefined
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('error', () => undefined)
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const line of parts) {
      if (listener) listener(line)
      else waiting.push(line)
    }
  })
  return {
    listen(next: (line: string) => void) {
      listener = next
      for (const line of waiting.splice(0)) next(line)
    },
  }
}
