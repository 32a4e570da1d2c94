import type { DatabaseSync } from 'node:sqlite'
import type { LoadRun } from '../core/ports.ts'

/** Remembers a load run if it is the newest of its load and profile. */
export function keepNewest(newest: Map<string, LoadRun>, run: LoadRun): void {
  const key = JSON.stringify([run.system, run.load, run.profile, run.environment])
  const known = newest.get(key)
  if (known === undefined || known.startedAt <= run.startedAt) newest.set(key, run)
}

/** Asked at every scrape: a run that another process stored is read once, and those of before are not read again. */
export function createNewestLoadRuns(database: DatabaseSync): () => readonly LoadRun[] {
  const newest = new Map<string, LoadRun>()
  let read = 0
  return () => {
    // One run at a time: together they may be large.
    for (const row of database
      .prepare('SELECT rowid, json FROM load_run WHERE rowid > ? ORDER BY rowid')
      .iterate(read)) {
      read = Number(row['rowid'])
      keepNewest(newest, JSON.parse(String(row['json'])) as LoadRun)
    }
    return [...newest.values()]
  }
}
