/** A Vedette that runs a hanging journey until somebody kills it. Prints its scratch folder. */

import { join } from 'node:path'
import { fixtures, openTestJourneys, sourceAt, systemWith } from '../journeys/support.ts'

const source = sourceAt(join(fixtures, 'deadly'), { timeout: 120_000, grep: 'loops in the test' })
const { journeys } = openTestJourneys({ spares: true })
const system = systemWith(source)
const { checks } = await journeys.discover(system, source)
process.stdout.write(`${journeys.scratch}\n`)
await journeys.run({
  system,
  checks,
  urls: {},
  invocation: 'victim',
  trigger: 'manual',
  signal: new AbortController().signal,
  onOutcome: () => undefined,
})
