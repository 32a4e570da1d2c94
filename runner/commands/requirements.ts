import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatProblem, type Loaded } from '../config/load-configuration.ts'
import { didYouMean } from '../config/options.ts'
import type { Verdict } from '../core/contracts.ts'
import { type Coverage, coverageOf, type Holder, summarizeCoverage, wayToCover } from '../core/coverage.ts'
import type { System } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { runId, type Store } from '../core/ports.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { dataFolderAt, historyFile } from './data-folder.ts'
import { discoverAll } from './discover.ts'
import { table } from './table.ts'

/** The last run of a check, or the last load run, that is kept. */
interface Evidence {
  readonly verdict: Verdict
  readonly startedAt: number
  /** Of the run: `/runs/<id>` or `/load/<id>` of the pages. */
  readonly run: string
}

interface Row extends Coverage {
  readonly system: string
  readonly by: readonly (Holder & { readonly last?: Evidence })[]
}

export const command: Command = {
  summary: 'shows each promise, what covers it, and its last evidence',
  usage: `vedette requirements [system…] [options]

${configurationUsage}
  --data <folder>       where the history is that evidence comes from (default: ./.vedette)
  --json                one JSON array

Exit codes: 0 shown, 2 the configuration is refused or there is no such system.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...configurationArgs, data: { type: 'string' }, json: { type: 'boolean' } },
      allowPositionals: true,
    })
    const loaded = await loadFor(values, io)
    const systems = pick(loaded.configuration.systems, positionals)
    const journeys = await discoverAll(loaded, io, systems)
    for (const problem of journeys.problems) io.error(`${formatProblem(problem)}\n`)
    await using store = await openHistory(loaded, values.data, io)
    const rows: Row[] = []
    for (const system of systems) {
      const own = journeys.checks.filter(item => item.system === system).map(({ check }) => check)
      for (const item of coverageOf(system, [...system.checks, ...own])) {
        const by = await Promise.all(item.by.map(holder => withEvidence(store, system.id, holder)))
        rows.push({ ...item, system: system.id, by })
      }
    }
    if (values.json) io.write(`${JSON.stringify(rows.map(toJson), null, 2)}\n`)
    else
      for (const { id } of systems)
        write(
          id,
          rows.filter(({ system }) => system === id),
          io,
        )
    return journeys.problems.some(problem => problem.level === 'error') ? 2 : 0
  },
}

function pick(systems: readonly System[], names: readonly string[]): readonly System[] {
  const known = systems.map(({ id }) => id)
  const stranger = names.find(name => !known.includes(name))
  if (stranger !== undefined)
    throw new UsageError(`expected a system (${known.join(', ')}), found '${stranger}'${didYouMean(stranger, known)}`)
  return names.length === 0 ? systems : systems.filter(({ id }) => names.includes(id))
}

/** Nothing is made where nothing is: without a history there is no evidence. */
async function openHistory(loaded: Loaded, data: string | undefined, io: CommandIo): Promise<Store | undefined> {
  const path = historyFile(dataFolderAt(data, io), loaded.environment)
  if (!existsSync(path)) return undefined
  const { createSqliteStore } = await import('../stores/sqlite.ts')
  return createSqliteStore({ path, retention: loaded.configuration.retention, clock: io.clock })
}

async function withEvidence(store: Store | undefined, system: string, holder: Holder): Promise<Row['by'][number]> {
  if (store === undefined) return holder
  if (holder.kind === 'check') {
    const [result] = await store.results({ system, check: holder.id, limit: 1 })
    if (result === undefined) return holder
    const { verdict, startedAt } = result
    return { ...holder, last: { verdict, startedAt, run: `/runs/${runId(result)}` } }
  }
  const runs = holder.kind === 'load' ? await store.loadRuns(system) : []
  const newest = runs
    .filter(({ load, profile }) => `${load}/${profile}` === holder.id)
    .toSorted((a, b) => b.startedAt - a.startedAt)[0]
  if (newest === undefined) return holder
  const { verdict, startedAt, id } = newest
  return { ...holder, last: { verdict, startedAt, run: `/load/${encodeURIComponent(id)}` } }
}

const toJson = ({ system, requirement, limits, by }: Row) => ({
  system,
  ...requirement,
  limits,
  coveredBy: by.map(({ last, ...holder }) => ({
    ...holder,
    ...(last === undefined ? {} : { last: { ...last, startedAt: new Date(last.startedAt).toISOString() } }),
  })),
})

function write(system: string, rows: readonly Row[], io: CommandIo): void {
  io.write(`${system}: ${rows.length === 0 ? 'no requirements' : summarizeCoverage(rows)}\n`)
  if (rows.length === 0) return
  const line = (id: string, kind: string, evidence: string, by: string, promise: string, source: string) => ({
    id,
    kind,
    evidence,
    'covered by': by,
    promise,
    source,
  })
  const lines = rows.flatMap(({ requirement: { id, verify, need, source }, by }) =>
    by.length === 0
      ? [line(id, verify, '-', `nothing (would: ${wayToCover[verify]})`, need, source)]
      : by.map(({ kind, id: name, last }, index) => {
          const evidence =
            last === undefined ? 'none kept' : `${last.verdict} ${since(io.clock.now() - last.startedAt)} ago`
          const holder = kind === 'check' ? name : `${kind} ${name}`
          // A line for each that covers it; the promise itself is told once.
          return index === 0 ? line(id, verify, evidence, holder, need, source) : line('', '', evidence, holder, '', '')
        }),
  )
  io.write(table(lines, io.isTTY ? io.columns : Number.POSITIVE_INFINITY))
}

/** Whole seconds, and whole minutes after the first. */
const since = (ms: number) =>
  formatDuration(ms < 60_000 ? Math.floor(ms / 1_000) * 1_000 : Math.floor(ms / 60_000) * 60_000)
