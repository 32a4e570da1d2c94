import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock } from '../core/contracts.ts'
import type { Log } from './log.ts'

/** Tells when one of the files was changed, replaced or removed, once for a burst of changes. */
export interface FileWatch {
  /** Looks at these files from now on. */
  set(files: readonly string[]): void
  stop(): void
}

const calm = 200

/** Folders are watched and not files, because editors replace a file and an old one would be watched for ever. */
export function watchFiles({ clock, log, onChange }: { clock: Clock; log: Log; onChange(): void }): FileWatch {
  const watchers = new Map<string, FSWatcher>()
  let names = new Map<string, ReadonlySet<string>>()
  let cancel: (() => void) | undefined

  const changed = (folder: string, name: string | null) => {
    if (name !== null && !names.get(folder)?.has(name)) return
    cancel?.()
    cancel = clock.timer(calm, onChange)
  }
  const open = (folder: string) => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => changed(folder, name))
      watcher.on('error', error => log.warn({ err: error, folder }, 'changes of this folder are not seen any more'))
      watchers.set(folder, watcher)
    } catch (error) {
      log.warn({ err: error, folder }, 'changes of this folder are not seen; SIGHUP reloads')
    }
  }

  return {
    set(files) {
      names = new Map(
        [...Map.groupBy(files, file => dirname(file))].map(([folder, list]) => [
          folder,
          new Set(list.map(file => basename(file))),
        ]),
      )
      for (const [folder, watcher] of watchers) {
        if (names.has(folder)) continue
        watcher.close()
        watchers.delete(folder)
      }
      for (const folder of names.keys()) if (!watchers.has(folder)) open(folder)
    },
    stop() {
      cancel?.()
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}
