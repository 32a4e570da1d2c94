/** `node test/targets/main.ts [--break COD-14,THR-04]`: all reference systems, without Vedette. Ends at SIGINT and SIGTERM. */

import { parseArgs } from 'node:util'
import { prepareTargets } from './start-targets.ts'

const { values } = parseArgs({ options: { break: { type: 'string' } } })
const start = prepareTargets(values.break)
if (typeof start === 'string') {
  console.error(start)
  process.exit(2)
}
const targets = await start()
for (const line of targets.lines) console.log(line)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void targets.close())
