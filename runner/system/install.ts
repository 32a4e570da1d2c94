/** What set-up needs of the machine, and how one part of it tells what became of it. */

import { spawn } from 'node:child_process'
import type { Clock } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isRoot: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Runs a program to its end; a missing one ends with code 127. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<Ran>
  /** Tells a person what is being done. */
  say(line: string): void
}

interface RunOptions {
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Ran {
  readonly code: number
  /** Both streams, the last 20 kB. */
  readonly output: string
}

/** One part after set-up. */
export type Installed =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string; readonly cost: string; readonly commands: readonly string[] }

const mostOutput = 20_000
const beat = 15_000

/** The machine we are on. */
export function thisMachine(of: Omit<Machine, 'run' | 'isRoot'>): Machine {
  return {
    ...of,
    isRoot: process.getuid?.() === 0,
    run: (command, args, options = {}) => run(of, command, args, options),
  }
}

function run(
  of: Omit<Machine, 'run' | 'isRoot'>,
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ran> {
  return new Promise(resolve => {
    let output = ''
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...of.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: of.signal,
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', data => {
        output = (output + data).slice(-mostOutput)
      })
    }
    child.once('error', error => resolve({ code: 127, output: `${output}${error.message}` }))
    child.once('close', code => resolve({ code: code ?? 1, output }))
  })
}

/** Says what is being done, that it still is, and how long it took. */
export async function announced<T>(machine: Machine, what: string, work: () => Promise<T>): Promise<T> {
  const from = machine.clock.monotonic()
  const elapsed = () => formatDuration(machine.clock.monotonic() - from)
  machine.say(`${what} …`)
  let cancel = () => {}
  const again = () => {
    cancel = machine.clock.timer(beat, () => {
      machine.say(`${what} … ${elapsed()}`)
      again()
    })
  }
  again()
  try {
    return await work()
  } finally {
    cancel()
    machine.say(`${what}: ended after ${elapsed()}`)
  }
}

/** The end of a program's output: what it said last is why it failed. */
export const lastLines = (output: string, lines = 3): string =>
  output
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .slice(-lines)
    .join(' / ')
