/**
 * A process in a session of its own that waits on a pipe from us. When the pipe ends, however we died, it kills what carries our mark
 * and removes our scratch folder.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/contracts.ts'
import { endFamily, ownerLives } from './process-tree.ts'

export interface Guardian extends AsyncDisposable {
  readonly pid: number
}

/** Starts the guardian of an instance. Disposing it makes it do its work and waits for that. */
export function startGuardian(instance: string, scratch: string): Guardian {
  const entry = join(import.meta.dirname, `guardian-entry${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`)
  const child = spawn(process.execPath, ['--max-old-space-size=32', entry, instance, scratch], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  })
  child.unref()
  // Its pipe must not keep us alive, nor end us when it is gone first.
  child.stdin.on('error', () => undefined)
  ;(child.stdin as unknown as { unref?(): void }).unref?.()
  const gone = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      child.stdin.end()
      await gone
    },
  }
}

/** What the guardian does at the end: nothing with the instance's mark survives, its scratch folder is gone. */
export async function cleanUpAfter(instance: string, scratch: string, self: number, clock: Pick<Clock, 'sleep'>) {
  const ended = await endFamily({ marked: mark => mark.startsWith(`${instance}/`) }, self, clock)
  rmSync(scratch, { recursive: true, force: true })
  return ended
}

/** Ends what an earlier, crashed Vedette left behind, and removes its scratch folders. Run it at start. */
export async function sweepOrphans(scratchRoot: string, self: number, clock: Pick<Clock, 'sleep'>) {
  const ended = await endFamily({ marked: mark => !ownerLives(mark) }, self, clock)
  const folders = readdirSync(scratchRoot).filter(
    name => /^vedette-\d+-\d+-/.test(name) && !ownerLives(name.slice('vedette-'.length)),
  )
  for (const name of folders) {
    rmSync(join(scratchRoot, name), { recursive: true, force: true })
  }
  return { killed: ended.killed, survivors: ended.survivors, folders: folders.length }
}

/** Resolves when our parent's end of the pipe is closed. */
export async function waitForEnd(pipe: NodeJS.ReadableStream): Promise<void> {
  pipe.resume()
  await Promise.race([once(pipe, 'end'), once(pipe, 'close')]).catch(() => undefined)
}
