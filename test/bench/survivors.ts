import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { membersOf } from '../../runner/system/process-tree.ts'
import { fixtures, openTestJourneys, runAll, sourceAt, systemWith } from '../journeys/support.ts'
import type { Row } from './row.ts'

const slow = /loops|hangs/

/** Processes and folders left after journeys that die in every way, ours included. `BENCH_JOURNEYS` sets how many (default 100). */
export async function bench(): Promise<readonly Row[]> {
  const wanted = Number(process.env['BENCH_JOURNEYS'] ?? 100)
  const source = sourceAt(join(fixtures, 'deadly'), { timeout: 3_000, retry: { attempts: 0, delay: 0 } })
  let journeys = 0
  let left = 0
  let verdicts = 0
  while (journeys < wanted) {
    await using opened = openTestJourneys({ spares: true, limits: { heap: 128 * 2 ** 20, grace: 2_000 } })
    const { checks } = await opened.journeys.discover(systemWith(source), source)
    // Loops take long: one round in five has them, so that there are many deaths of every other kind.
    for (let round = 0; round < 5 && journeys < wanted; round++) {
      const chosen = checks.filter(({ id }) => round === 0 || !slow.test(id))
      const outcomes = await runAll(opened, source, { checks: chosen })
      journeys += chosen.length
      verdicts += outcomes.size
    }
    await opened.journeys[Symbol.asyncDispose]()
    left += opened.marked().length + Number(existsSync(opened.journeys.scratch))
    left += await killedVedette()
    journeys += 1
    verdicts += 1
    console.log(`  ${journeys} of ${wanted} journeys, ${left} left, ${journeys - verdicts} without an outcome`)
  }
  return [
    {
      what: `survivors after ${journeys} journeys with kills, hangs, lack of memory, exits and our own death`,
      ours: `${left} processes and folders, ${journeys - verdicts} journeys without an outcome`,
      peer: 'nobody publishes one',
      ratio: left,
      bar: '0',
    },
  ]
}

/** Kills a Vedette in the middle of a journey; what is left ten seconds later counts. */
async function killedVedette(): Promise<number> {
  const victim = spawn(process.execPath, [join(import.meta.dirname, '../process/survivors-victim.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [scratch] = (await once(createInterface(victim.stdout), 'line')) as [string]
  const prefix = `${scratch.split('/vedette-').at(-1)!}/`
  const marked = () => membersOf({ marked: mark => mark.startsWith(prefix) }, process.pid).length
  // What the victim starts is started by others in turn and tells nobody here.
  while (marked() <= 4) await new Promise(resolve => setTimeout(resolve, 50))
  victim.kill('SIGKILL')
  await once(victim, 'exit')
  // That processes of somebody else are gone is no event that can be awaited.
  for (let wait = 0; wait < 100 && (marked() > 0 || existsSync(scratch)); wait++) {
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  const left = marked() + Number(existsSync(scratch))
  // The folder that the victim's scratch folder was made in is this bench's own.
  rmSync(dirname(scratch), { recursive: true, force: true })
  return left
}
