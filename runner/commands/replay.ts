import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatProblem, type Loaded } from '../config/load-configuration.ts'
import { formatDuration, parseDuration } from '../core/duration.ts'
import type { Incident } from '../core/incidents.ts'
import { type CheckKey, checkKey } from '../core/ports.ts'
import { planned } from '../engine/alarm-rules.ts'
import { createReplay, type Replay, resultsBetween } from '../engine/replay.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { dataFolderAt, historyFile } from './data-folder.ts'
import { discoverAll } from './discover.ts'
import { table } from './table.ts'

export const command: Command = {
  summary: 'says which alarms a changed configuration would have raised on the recorded past',
  usage: `vedette replay [options]

${configurationUsage}
  --policy <file>       another configuration, to be compared with this one
  --since <duration>    how far back (default: 30d; single runs are kept for as long as retention.raw says)
  --data <folder>       where the history is (default: ./.vedette)
  --json                one JSON object: { from, to, runs, policies: [{ file, incidents }] }

Exit codes: 0 shown, 2 a configuration is refused, 3 there is no history.`,
  async run(argv, io) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        ...configurationArgs,
        policy: { type: 'string' },
        since: { type: 'string', default: '30d' },
        data: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const since = parseDuration(values.since)
    if (since === undefined || since <= 0)
      throw new UsageError(`expected --since to be a duration such as '30d', found '${values.since}'`)
    const loaded = await loadFor(values, io)
    const other = values.policy === undefined ? [] : [await loadFor({ ...values, config: values.policy }, io)]
    const path = historyFile(dataFolderAt(values.data, io), loaded.environment)
    if (!existsSync(path)) {
      io.error(
        `expected a history of ${loaded.environment}, found nothing at ${path}; \`vedette watch\` makes one, --data names another folder\n`,
      )
      return 3
    }
    const { createSqliteStore } = await import('../stores/sqlite.ts')
    await using store = await createSqliteStore({ path, clock: io.clock })
    const windows = (await store.kept('maintenance', { limit: 10_000 })).map(planned)
    const policies = await Promise.all(
      [loaded, ...other].map(async item => ({
        file: item.file,
        replay: createReplay(loaded.environment, await sourceOf(item, io), windows),
      })),
    )
    const to = io.clock.now()
    let runs = 0
    let oldest = to
    for await (const piece of resultsBetween(store, to - since, to)) {
      runs += piece.length
      oldest = Math.min(oldest, piece[0]!.startedAt)
      for (const { replay } of policies) for (const result of piece) replay.add(result)
    }
    for (const { replay } of policies) replay.tick(to)
    if (values.json) {
      const shown = policies.map(({ file, replay }) => ({ file, incidents: replay.incidents() }))
      io.write(`${JSON.stringify({ from: oldest, to, runs, policies: shown }, null, 2)}\n`)
      return 0
    }
    io.write(
      runs === 0
        ? `no scheduled runs are kept of the last ${values.since}\n`
        : `${runs} scheduled runs since ${new Date(oldest).toISOString()}\n`,
    )
    for (const { file, replay } of policies) write(file, replay, to, io)
    return 0
  },
}

async function sourceOf(loaded: Loaded, io: CommandIo) {
  const journeys = await discoverAll(loaded, io)
  for (const problem of journeys.problems) io.error(`${formatProblem(problem)}\n`)
  const { configuration } = loaded
  const found = new Map(
    configuration.systems.flatMap(system => [
      ...system.checks.map(check => [checkKey({ system: system.id, check: check.id }), { system, check }] as const),
      ...journeys.checks
        .filter(item => item.system === system)
        .map(({ check }) => [checkKey({ system: system.id, check: check.id }), { system, check }] as const),
    ]),
  )
  return { configuration, isListed: () => true, find: (key: CheckKey) => found.get(key) }
}

function write(file: string, replay: Replay, now: number, io: CommandIo): void {
  const incidents = replay.incidents()
  io.write(`\n${file}: ${incidents.length} ${incidents.length === 1 ? 'incident' : 'incidents'}\n`)
  if (incidents.length === 0) return
  const rows = incidents.map(incident => ({
    opened: new Date(incident.openedAt).toISOString(),
    lasted: `${formatDuration((incident.resolvedAt ?? now) - incident.openedAt)}${incident.resolvedAt === undefined ? ', open' : ''}`,
    severity: incident.severity,
    owner: incident.owner ?? '-',
    system: incident.system,
    cause: incident.cause,
    checks: checksOf(incident),
  }))
  io.write(table(rows, io.isTTY ? io.columns : Number.POSITIVE_INFINITY))
}

function checksOf({ affected }: Incident): string {
  const names = affected.map(({ check }) => check)
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
