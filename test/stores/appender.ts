/** Entry file of a child that stores runs until it is killed, and says which batches it was told are safe. */

import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { failed, hour, minute, run, up } from './runs.ts'

const [path, first] = [process.argv[2]!, Number(process.argv[3])]
const store = await createSqliteStore({ path, clock: realClock, retention: { rawDays: 1 / 4 } })
process.stdout.write('open\n')

for (let batch = first; ; batch++) {
  const slot = batch * 10 * minute
  const results = Array.from({ length: 40 }, (_, index) => {
    const more = { check: `check-${index % 8}`, slot: slot + Math.floor(index / 8) * 2 * minute + index }
    return index === 5 ? failed(more) : run(more)
  })
  await store.append({ results, health: [{ system: 'shop', check: 'check-0', health: { ...up, lastRunAt: slot } }] })
  process.stdout.write(`${batch}\n`)
  // Roll-ups and retention are under way when the end comes, too.
  if (batch % 5 === 0) void store.maintain(slot + hour).catch(() => {})
}
