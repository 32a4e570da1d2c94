/** Entry of the guardian: `guardian-entry <instance> <scratch>`. */

import { realClock } from './clock.ts'
import { cleanUpAfter, waitForEnd } from './guardian.ts'

const [instance, scratch] = process.argv.slice(2)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
await waitForEnd(process.stdin)
if (instance && scratch) await cleanUpAfter(instance, scratch, process.pid, realClock)
process.exit(0)
