import { parseArgs } from 'node:util'
import { formatProblem } from '../config/load-configuration.ts'
import type { Schedule } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import { select, selectable } from '../core/selection.ts'
import type { Command } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { discoverAll } from './discover.ts'
import { table } from './table.ts'

export const command: Command = {
  summary: 'lists systems, checks and journeys',
  usage: `vedette list [selection…] [options]

A selection is a system, system/check, @tag or requirement (COD-21); several are united; ! before one excludes.

${configurationUsage}
  --json                one JSON array

Exit codes: 0 listed, 2 the configuration is refused or the selection fits nothing.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...configurationArgs, json: { type: 'boolean' } },
      allowPositionals: true,
    })
    const loaded = await loadFor(values, io)
    const journeys = await discoverAll(loaded, io)
    for (const problem of journeys.problems) io.error(`${formatProblem(problem)}\n`)
    const all = [
      ...loaded.configuration.systems.flatMap(system => system.checks.map(check => ({ system, check }))),
      ...journeys.checks,
    ].map(({ system, check }) => ({ ...selectable(system, check), definition: check }))
    // Listing shows what wants to be named as well; only an explicit selection narrows it.
    const { selected, problems } = positionals.length === 0 ? { selected: all, problems: [] } : select(all, positionals)
    if (problems.length > 0) {
      io.error(`${problems.join('\n')}\n`)
      return 2
    }
    const rows = selected.map(({ system, check, definition }) => ({
      check: `${system}/${check}`,
      kind: definition.probe.kind,
      schedule: schedule(definition.schedule),
      timeout: formatDuration(definition.timeout),
      covers: definition.covers.join(' '),
      what: definition.probe.summary,
    }))
    io.write(
      values.json
        ? `${JSON.stringify(rows, null, 2)}\n`
        : table(rows, io.isTTY ? io.columns : Number.POSITIVE_INFINITY),
    )
    for (const { title, reason } of journeys.skipped) io.write(`skipped: ${title} (${reason})\n`)
    return journeys.problems.some(problem => problem.level === 'error') ? 2 : 0
  },
}

const schedule = (value: Schedule) =>
  'every' in value ? `every ${formatDuration(value.every)}` : `${value.cron} ${value.timezone}`
