/** One run of Playwright's command line as a child: fed, watched, capped, ended, and proven to have ended. */

import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/contracts.ts'
import { type ChildExit, type NodeChild, startNode } from '../system/child.ts'
import { endFamily, membersOf, readProcess } from '../system/process-tree.ts'
import type { Install } from './project.ts'
import type { ReportLine } from './protocol.ts'

/** Kill lines; Playwright's own timeouts stand in front of them. */
export interface Limits {
  /** Bytes that all processes of one invocation may hold together. Default: 2 GiB. */
  readonly memory: number
  /** Bytes that one invocation may write. Default: 512 MiB. */
  readonly disk: number
  /** Bytes of JavaScript heap of each process of the runner. Default: 1 GiB. */
  readonly heap: number
  /** Time that a test may take beyond its timeouts before we kill, ms. Default: 15 s. */
  readonly grace: number
  /** Longest time without any test in flight (start, global setup), ms. Default: 60 s. */
  readonly idle: number
  /** Longest time to list the tests of a project, ms. Default: 60 s. */
  readonly listing: number
}

export const defaultLimits: Limits = {
  memory: 2 * 2 ** 30,
  disk: 512 * 2 ** 20,
  heap: 2 ** 30,
  grace: 15_000,
  idle: 60_000,
  listing: 60_000,
}

export interface InvocationOrders {
  readonly install: Install
  readonly cwd: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Folder of its own; removed at the end. */
  readonly scratch: string
  readonly mark: string
  readonly limits: Limits
  /** A process that has already loaded this Playwright. */
  readonly spare?: { readonly child: NodeChild; readonly mark: string }
  onLine(line: ReportLine): void
}

export interface InvocationEnd extends ChildExit {
  /** Why we killed it. */
  readonly killed?: string
  readonly output: string
  readonly survivors: readonly number[]
}

export interface Invocation {
  readonly pid: number
  readonly ended: Promise<InvocationEnd>
  /** Ends it with everything below it; the first reason counts. */
  kill(reason: string): void
}

/** Starts an invocation. `ended` never rejects and resolves only when nothing of it is left. */
export function startInvocation(orders: InvocationOrders, self: number, clock: Clock): Invocation {
  const { spare, scratch, limits } = orders
  const child = spare?.child ?? startNode([orders.install.cli, ...orders.args], { cwd: orders.cwd, env: orders.env })
  child.listen(text => {
    const line = parse(text)
    if (line) orders.onLine(line)
  })
  child.send(spare ? JSON.stringify({ cwd: orders.cwd, argv: orders.args, env: orders.env }) : '')
  const root = { pid: child.pid, started: child.started }
  const seen = new Map<number, string>()
  const marks = [orders.mark, spare?.mark]
  const family = () => ({
    roots: [root, ...[...seen].map(([pid, started]) => ({ pid, started }))],
    marked: (mark: string) => marks.includes(mark),
  })
  let killed: string | undefined
  const kill = (reason: string) => {
    if (killed !== undefined) return
    killed = reason
    void endFamily(family(), self, clock)
  }
  const stopWatching = watch(clock, () => {
    const members = membersOf({ roots: family().roots }, self)
    for (const { pid, started } of members) seen.set(pid, started)
    const memory = members.reduce((sum, member) => sum + member.memory, 0)
    if (memory > limits.memory) kill(`it held ${mib(memory)} of memory, more than the limit of ${mib(limits.memory)}`)
    const disk = bytesBelow(scratch)
    if (disk > limits.disk) kill(`it wrote ${mib(disk)}, more than the limit of ${mib(limits.disk)}`)
  })
  const ended = child.exited.then(async exit => {
    stopWatching()
    for (const [pid, started] of seen) if (readProcess(pid)?.started !== started) seen.delete(pid)
    const { survivors } = await endFamily(family(), self, clock)
    // What was written before the end is still in the pipe.
    await Promise.race([child.drained, severalTurns(clock)])
    return { ...exit, ...(killed === undefined ? {} : { killed }), output: child.output(), survivors }
  })
  return { pid: child.pid, ended, kill }
}

/** A second, in parts: on a busy machine one long timer may be due before the loop has looked at the pipe even once. */
async function severalTurns(clock: Clock): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await clock.sleep(100)
}

function watch(clock: Clock, look: () => void): () => void {
  let cancel: () => void
  const again = () => {
    look()
    cancel = clock.timer(1_000, again)
  }
  cancel = clock.timer(250, again)
  return () => cancel()
}

const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

function parse(text: string): ReportLine | undefined {
  try {
    return JSON.parse(text) as ReportLine
  } catch {
    // A line that a dying process did not finish.
    return undefined
  }
}

/** Size of a folder; what vanishes meanwhile counts nothing. */
export function bytesBelow(folder: string): number {
  try {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name)
      return sum + (entry.isDirectory() ? bytesBelow(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0))
    }, 0)
  } catch {
    return 0
  }
}

export const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
