/**
 * Entry file of a child in which checks go down and up until it is killed; it says how many changes of incidents were written. With `queue` so
 * many results wait at once, an outage amid them, and it kills itself when that part of them was written in which the outage began.
 */

import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { openAlarms, verdictAt } from '../engine/alarm-scene.ts'

const [path, first, queue] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4] ?? 0)]
const store = await createSqliteStore({ path, clock: realClock })
let incidents = 0
const { record } = await openAlarms({
  store,
  clock: realClock,
  onEvent(event) {
    if (event.kind !== 'incident') return
    if (queue > 0) process.kill(process.pid, 'SIGKILL')
    incidents += 1
    process.stdout.write(`${incidents}\n`)
  },
})
for (let index = 0; index < queue; index += 1)
  record(first + index, index >= 900 && index < 1_200 ? 'failed' : 'passed')
for (let index = first + queue; ; index += 1) {
  record(index, verdictAt(index))
  // So that the store writes in between, in batches of all sizes.
  if (index % 7 === 0) await new Promise(resolve => setTimeout(resolve, index % 3))
}
