/** The service side of the bench of journeys: `{ grep }` in, `{ wall }` in seconds out when the next spare is ready. */

import { createInterface } from 'node:readline'
import { openTestJourneys, sourceAt, systemWith } from '../journeys/support.ts'

await using opened = openTestJourneys({ spares: true, limits: {} })
const { journeys } = opened
const source = sourceAt(process.argv[2]!, {
  retry: { attempts: 0, delay: 0 },
  timeout: 30_000,
  screenshots: 'failures',
})
const system = systemWith(source)
const { checks, problems } = await journeys.discover(system, source)
if (problems.length > 0) throw new Error(JSON.stringify(problems))
await journeys.warm(source)
await spareReady()
console.log('{}')

for await (const line of createInterface(process.stdin)) {
  const grep = new RegExp((JSON.parse(line) as { grep: string }).grep)
  const start = performance.now()
  let bad: unknown
  await journeys.run({
    system,
    checks: checks.filter(check => grep.test(check.title)),
    urls: { web: process.env['BASE_URL']! },
    invocation: 'bench',
    trigger: 'schedule',
    signal: new AbortController().signal,
    onOutcome(_, outcome) {
      const { saw } = outcome.attempts.at(-1)!
      if ('fault' in saw || !saw.ok) bad = saw
    },
  })
  const wall = (performance.now() - start) / 1_000
  if (bad) throw new Error(`expected journeys to pass, found ${JSON.stringify(bad)}`)
  await spareReady()
  console.log(JSON.stringify({ wall }))
}

async function spareReady() {
  while (journeys.stats().readySpares === 0) await new Promise(resolve => setTimeout(resolve, 20))
}
