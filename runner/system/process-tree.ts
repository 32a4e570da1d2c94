/**
 * Ending whole families of processes, and proving that they ended. Each browser leads its own process group, and what a test spawns
 * may leave its family altogether, so a family is everything below its roots and everything that carries its mark in the environment
 * it was started with. Linux only (`/proc`).
 */

import { readdirSync, readFileSync } from 'node:fs'
import type { Clock } from '../core/contracts.ts'

/** Variable that marks our processes: `<instance>/<name>`. */
export const markVariable = 'VEDETTE_MARK'

export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** Start in clock ticks after boot: with the pid it names a process for ever. */
  readonly started: string
  /** Resident memory, bytes. */
  readonly memory: number
}

/** Which processes are meant. */
export interface Family {
  /** Processes that we started ourselves. */
  readonly roots?: readonly { readonly pid: number; readonly started?: string | undefined }[]
  /** Whether a mark means one of them. */
  marked?(mark: string): boolean
}

const pageSize = 4_096

/** All living processes; zombies count as dead, since they hold nothing but their entry. */
export function listProcesses(): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => readProcess(Number(name)) ?? [])
}

export function readProcess(pid: number): ProcessEntry | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses and may hold anything, so count from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return { pid, parent: Number(fields[1]), started: fields[19]!, memory: Number(fields[21]) * pageSize }
  } catch {
    return undefined
  }
}

/** The mark a process was started with, if we may read it. */
export function markOf(pid: number): string | undefined {
  try {
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`
    const start = environment.indexOf(`\0${markVariable}=`)
    if (start < 0) return undefined
    const from = start + markVariable.length + 2
    const end = environment.indexOf('\0', from)
    return environment.slice(from, end < 0 ? undefined : end)
  } catch {
    return undefined
  }
}

/** The living members of a family, ourselves never among them. */
export function membersOf(family: Family, self: number): readonly ProcessEntry[] {
  const all = listProcesses()
  const members = new Set<number>()
  for (const root of family.roots ?? []) {
    const entry = all.find(process => process.pid === root.pid)
    if (entry && (root.started === undefined || root.started === entry.started)) members.add(root.pid)
  }
  if (family.marked) {
    for (const { pid } of all) {
      const mark = markOf(pid)
      if (mark !== undefined && family.marked(mark)) members.add(pid)
    }
  }
  for (let grown = true; grown; ) {
    grown = false
    for (const { pid, parent } of all) {
      if (!members.has(pid) && members.has(parent)) {
        members.add(pid)
        grown = true
      }
    }
  }
  members.delete(self)
  return all.filter(({ pid }) => members.has(pid))
}

export interface Ended {
  /** How many had to be killed. */
  readonly killed: number
  /** Who is still there after all attempts; empty in a sound world. */
  readonly survivors: readonly number[]
}

/**
 * Kills a family and waits until none of it is left. Processes that were seen once stay in the hunt even if they lose their parent
 * and hide their mark.
 */
export async function endFamily(family: Family, self: number, clock: Pick<Clock, 'sleep'>): Promise<Ended> {
  const seen = new Map<number, string>()
  for (let pass = 0; pass < 100; pass++) {
    for (const { pid, started } of membersOf(family, self)) seen.set(pid, started)
    const alive = [...seen].filter(([pid, started]) => readProcess(pid)?.started === started)
    if (alive.length === 0) return { killed: seen.size, survivors: [] }
    for (const [pid] of alive) kill(pid)
    await clock.sleep(pass < 10 ? 5 : 50)
  }
  return {
    killed: seen.size,
    survivors: [...seen].filter(([pid, started]) => readProcess(pid)?.started === started).map(([pid]) => pid),
  }
}

function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went by itself in between.
  }
}

/** Names this process for ever: pid, start and a random part. Marks of its children begin with it. */
export const instanceOf = (pid: number, random: string): string =>
  `${pid}-${readProcess(pid)?.started ?? '0'}-${random}`

/** Whether the process that made a mark (or a folder named like it) still lives. */
export function ownerLives(mark: string): boolean {
  const [, pid, started] = /^(\d+)-(\d+)-/.exec(mark) ?? []
  return pid !== undefined && readProcess(Number(pid))?.started === started
}
