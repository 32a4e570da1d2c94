/** Children of the benches, and what the kernel knows of them. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SelfStats } from '../../runner/core/ports.ts'
import { leanProcess } from '../../runner/system/lean-process.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

export interface Figures {
  readonly url: string
  readonly ran: number
  /** Checks that have run at least once. */
  readonly seen: number
  readonly self: SelfStats
  readonly rss: number
}

interface StartOptions {
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Watched extends AsyncDisposable {
  readonly pid: number
  readonly folder: string
  figures(): Promise<Figures>
  kill(): Promise<void>
}

/** By default as `vedette watch` makes itself. */
const start = async (file: string, args: readonly string[], { execArgv, env }: StartOptions = leanProcess) => {
  const child = fork(join(import.meta.dirname, file), [...args], {
    execArgv: [...execArgv],
    env: { ...process.env, ...env },
  })
  const [first] = (await once(child, 'message')) as [unknown]
  return { child, first }
}
const ask = async <T>(child: ChildProcess, question: string): Promise<T> => {
  const answer = once(child, 'message')
  child.send(question)
  return ((await answer) as [T])[0]
}
const end = async (child: ChildProcess, how: () => void) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  how()
  await exited
}

/** Starts a watch of the checks that the expression makes; `http`, `check` and the address `web` are at hand. */
export async function startWatched(
  checks: string,
  url: string,
  { oneLoop = false, folder }: { readonly oneLoop?: boolean; readonly folder?: string } = {},
): Promise<Watched> {
  const own: TempFolder | undefined = folder === undefined ? tempFolder() : undefined
  const path = folder ?? own!.path
  const { writeFileSync } = await import('node:fs')
  writeFileSync(
    join(path, 'vedette.config.ts'),
    `import { check, defineConfig, defineSystem, http } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: '${url}', checks: ${checks} })] })
`,
  )
  const { child } = await start('watch-process.ts', [path, ...(oneLoop ? ['--one-loop'] : [])])
  return {
    pid: child.pid!,
    folder: path,
    figures: () => ask<Figures>(child, 'figures'),
    kill: () => end(child, () => child.kill('SIGKILL')),
    async [Symbol.asyncDispose]() {
      await end(child, () => child.send('stop'))
      own?.[Symbol.dispose]()
    },
  }
}

export interface BenchTarget extends AsyncDisposable {
  readonly http: string
  readonly https: string
  /** Milliseconds that `/wait` really took, by run. */
  took(): Promise<ReadonlyMap<string, number>>
}

export async function startTarget(): Promise<BenchTarget> {
  const { child, first } = await start('target-process.ts', [], { execArgv: [], env: {} })
  return {
    ...(first as { http: string; https: string }),
    took: async () => new Map(await ask<[string, number][]>(child, 'took')),
    [Symbol.asyncDispose]: () => end(child, () => child.send('stop')),
  }
}

/** A peer in a process of its own, which answers each message with one. */
export interface Peer extends AsyncDisposable {
  readonly pid: number
  ask(order: unknown): Promise<number>
}

export async function startPeer(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Peer> {
  const { child } = await start(file, args, { execArgv: [], env })
  return {
    pid: child.pid!,
    ask: order => ask<number>(child, order as string),
    [Symbol.asyncDispose]: () => end(child, () => child.send('stop')),
  }
}

/** CPU seconds that a process, with all its threads, has used so far. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
