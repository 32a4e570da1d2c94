/** Entry file of a child that opens a store and stores one run, as a user without special rights, and prints what came of it. */

import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { StoreError } from '../../runner/stores/store-error.ts'
import { realClock } from '../../runner/system/clock.ts'
import { run } from './runs.ts'

// Rights on files mean nothing to root.
if (process.getuid?.() === 0) {
  process.setgid?.(65_534)
  process.setuid?.(65_534)
}
try {
  await using store = await createSqliteStore({ path: process.argv[2]!, clock: realClock, patience: 50 })
  await store.append({ results: [run()], health: [] })
  process.stdout.write('stored')
} catch (error) {
  process.stdout.write(error instanceof StoreError ? `${error.trouble}: ${error.message}` : String(error))
}
