/** `node test/targets/main.ts [system…] [--break COD-14,THR-04]`: the reference systems, or those named, without Vedette. Ends at SIGINT and SIGTERM. */

import { parseArgs } from 'node:util'
import { prepareTargets } from './start-targets.ts'

const { values, positionals: names } = parseArgs({ allowPositionals: true, options: { break: { type: 'string' } } })
const start = prepareTargets({ breaks: values.break, names })
if (typeof start === 'string') {
  console.error(start)
  process.exit(2)
}
const targets = await start()
for (const line of targets.lines) console.log(line)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void targets.close())
