/** Entry file of a child in which checks go down and up until it is killed; it says how many incidents were written. */

import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { openAlarms, verdictAt } from '../engine/alarm-scene.ts'

const [path, first] = [process.argv[2]!, Number(process.argv[3])]
const store = await createSqliteStore({ path, clock: realClock })
let incidents = 0
const { record } = await openAlarms({
  store,
  clock: realClock,
  onEvent(event) {
    if (event.kind !== 'incident') return
    incidents += 1
    process.stdout.write(`${incidents}\n`)
  },
})
for (let index = first; ; index += 1) {
  record(index, verdictAt(index))
  // So that the store writes in between, in batches of all sizes.
  if (index % 7 === 0) await new Promise(resolve => setTimeout(resolve, index % 3))
}
