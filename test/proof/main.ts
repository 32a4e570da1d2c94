/** `npm run proof [-- system…] [--only COD-13,COD-21] [--exhaustive]`: that each check turns red when its promise is broken, and only then. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { formatDuration } from '../../runner/core/duration.ts'
import { isJourney } from '../../runner/engine/gate-runs.ts'
import { createIo } from '../../runner/system/command-io.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { histories } from './history/histories.ts'
import { proveHistory } from './history/prove-history.ts'
import { proveLoad } from './load.ts'
import { type Open, prove, type Row } from './prove.ts'
import { openSuite } from './suite.ts'
import { summarize } from './summarize.ts'
import { systems } from './systems.ts'

process.exitCode = 3
/** Kinds of promises that checks hold a system to; those of load are proven by load runs. */
const provenHere: readonly string[] = ['journey', 'probe', 'security', 'audit']
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    stop.abort(signal)
  })
}

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' }, exhaustive: { type: 'boolean', default: false } },
  allowPositionals: true,
})
process.exitCode = await main(positionals.length > 0 ? positionals : Object.keys(systems))

async function main(names: readonly string[]): Promise<number> {
  const stranger = names.find(name => !(name in systems))
  if (stranger !== undefined) {
    console.error(`expected a system (${Object.keys(systems).join(', ')}), found '${stranger}'`)
    return 2
  }
  const only = values.only?.split(',')
  const promises = names
    .flatMap(name => [...systems[name]!.breakable, ...Object.keys(systems[name]!.open ?? {})])
    .concat(Object.keys(histories))
  const unknown = only?.find(id => !promises.includes(id))
  if (unknown !== undefined) {
    console.error(
      `expected --only with promises of ${names.join(', ')}, found '${unknown}'; known: ${promises.join(', ')}`,
    )
    return 2
  }
  const rows: Row[] = []
  for (const name of names) rows.push(...(await proveSystem(name, only).catch(error => lostRows(name, only, error))))
  if (stop.signal.aborted) return stop.signal.reason === 'SIGINT' ? 130 : 143
  const file = join(packageFolder, 'proof.json')
  writeFileSync(file, `[\n${rows.map(row => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`)
  console.log(`after ${formatDuration(performance.now())}, written to ${file}`)
  const known = Object.assign({}, ...names.map(name => systems[name]!.open ?? {})) as Readonly<Record<string, Open>>
  const { text, isGood } = summarize(rows, known)
  console.log(text)
  return isGood ? 0 : 1
}

/** A system whose proof fell over does not take the others with it. */
function lostRows(name: string, only: readonly string[] | undefined, error: unknown): readonly Row[] {
  const note = `the proof of ${name} fell over: ${error instanceof Error ? error.message : String(error)}`
  console.error(note)
  const nothing = { how: 'fault', healthy: 'unknown', broken: 'unknown', checks: [], alsoRed: [], note } as const
  return systems[name]!.breakable.filter(id => only?.includes(id) ?? true).map(id => ({ id, ...nothing }))
}

async function proveSystem(name: string, only: readonly string[] | undefined): Promise<readonly Row[]> {
  const target = systems[name]!
  const io = createIo(stop.signal)
  const loaded = await loadConfiguration({
    file: 'vedette.config.ts',
    cwd: packageFolder,
    env: process.env,
    environment: 'local',
  })
  const system = loaded.configuration.systems.find(({ id }) => id === name)
  if (system === undefined)
    throw new Error(`expected ${name} in vedette.config.ts, found it in test/proof/systems.ts alone`)
  const print = (line: string) => console.log(`${name} ${formatDuration(performance.now()).padStart(7)}  ${line}`)
  const request = { loaded, system, target, io: { ...io, cwd: packageFolder }, print }
  const wanted = (id: string) => only?.includes(id) ?? true
  const others = system.load
    .flatMap(load => Object.values(load.profiles).flatMap(({ from }) => from ?? []))
    .filter(wanted)
  const checked = await proveChecks()
  // A load run comes last and alone: it needs the processors for itself.
  const load = stop.signal.aborted ? [] : await proveLoad({ ...request, ...(only === undefined ? {} : { only }) })
  const pasts = await proveHistory({ system, journeys: checked.journeys, wanted, signal: stop.signal, print })
  const rows = [...checked.rows, ...pasts, ...load.map(row => ({ ...row, alsoRed: checked.alsoRed.get(row.id) ?? [] }))]
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))

  async function proveChecks() {
    await using suite = await openSuite(request)
    // What a recorded past proves no target has to break.
    const byFault = (id: string) => wanted(id) && !(id in histories)
    const claims = suite.checks
      .map(({ id, covers }) => ({ check: id, covers: covers.filter(byFault) }))
      .filter(({ covers }) => only === undefined || covers.length > 0)
    const promises = system!.requirements.filter(({ verify }) => provenHere.includes(verify)).map(({ id }) => id)
    // Awaited, so that the suite stays open until all is proven.
    const proof = await prove({
      claims,
      promises: [...promises, ...Object.keys(target.open ?? {})].filter(byFault),
      breakable: target.breakable,
      open: target.open ?? {},
      others,
      exhaustive: values.exhaustive,
      run: suite.run,
      random: Math.random,
      signal: stop.signal,
      print,
    })
    return { ...proof, journeys: suite.checks.filter(isJourney) }
  }
}
