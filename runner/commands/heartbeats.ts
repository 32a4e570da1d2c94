import { parseArgs } from 'node:util'
import { formatProblem } from '../config/load-configuration.ts'
import { select, selectable } from '../core/selection.ts'
import { heartbeatsOf, type Listened } from '../engine/heartbeat-rule.ts'
import type { HeartbeatReading } from '../engine/heartbeat-state.ts'
import { heartbeatToken } from '../engine/heartbeat-token.ts'
import type { Command } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { existingDataFolder, openDataFolder, readHeartbeatSecret } from './data-folder.ts'
import { heartbeatReader } from './read-heartbeats.ts'
import { table } from './table.ts'
import { watchClient } from './watch-client.ts'

export const command: Command = {
  summary: 'shows heartbeats, their last arrival, and the addresses that jobs send their signals to',
  usage: `vedette heartbeats [selection…] [options]

A selection is a system, system/check, @tag or requirement (COD-21); several are united; ! before one excludes.

${configurationUsage}
  --watch <url>         the running watch as jobs reach it (default: publicUrl of the configuration, else where it listens); with this option
                        states are asked from it, without it they are read from the data folder
  --data <folder>       the data folder of the watch (default: ./.vedette): the key in it makes the addresses, so keep it
  --json                one JSON array

A job calls its address when it has succeeded:   curl -fsS --retry 5 -X POST <address>
with facts that are judged:                      curl -fsS --retry 5 -d '{"oldest_backup_days": 31}' <address>
when it begins, and when it has failed:          curl -X POST <address>/start, curl -d "$message" <address>/failure
Whoever knows an address can speak for the job: it is a secret.

Exit codes: 0 shown, 2 the configuration is refused or the selection fits nothing.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        ...configurationArgs,
        watch: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const watch = watchClient(values.watch, { data: values.data, io })
    const loaded = await loadFor(values, io)
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const { configuration, environment } = loaded
    const all = configuration.systems.flatMap(system =>
      heartbeatsOf([system]).map(heartbeat => ({ ...selectable(system, heartbeat.check), smoke: true, heartbeat })),
    )
    const { selected, problems } = select(all, positionals)
    if (problems.length > 0) {
      io.error(`${problems.join('\n')}\n`)
      return 2
    }
    // The first watch here will take the key that is made now; one with another folder would not know it.
    const folder =
      values.data === undefined ? openDataFolder(undefined, io) : existingDataFolder(values.data, '`vedette watch`', io)
    const secret = readHeartbeatSecret(folder)
    const base = watch?.url ?? configuration.publicUrl ?? listensAt(configuration.server)
    if (base === undefined)
      io.error(`expected an address that jobs reach, found server.port 0, any free port; ${missingBase}\n`)
    const read = heartbeatReader({ watch, data: values.data }, loaded, io)
    const rows = await Promise.all(
      selected.map(async ({ heartbeat }) => {
        const { key, check } = heartbeat
        const reading = await read(heartbeat)
        return {
          heartbeat: key,
          expects: check.probe.summary.replace(/^signal /, ''),
          state: 'fault' in reading ? 'unknown' : reading.verdict,
          last: lastOf(reading, heartbeat),
          ...(base === undefined ? {} : { address: `${base}/heartbeat/${heartbeatToken(secret, environment, key)}` }),
        }
      }),
    )
    if (values.json) io.write(`${JSON.stringify(rows, null, 2)}\n`)
    else if (rows.length === 0) io.write('no heartbeats; heartbeat(id, { every }) in a system makes one\n')
    else
      io.write(
        table(
          rows.map(row => ({ ...row, address: row.address ?? `unknown: ${missingBase}` })),
          Number.POSITIVE_INFINITY,
        ),
      )
    return 0
  },
}

const missingBase = 'name the running watch with --watch <url>, or set publicUrl in the configuration'

const listensAt = ({ host, port }: { readonly host: string; readonly port: number }) =>
  port === 0 ? undefined : `http://${host}:${port}`

/** The last arrival, or why there is none to tell of. */
function lastOf(reading: HeartbeatReading, { key }: Listened): string {
  if ('fault' in reading)
    return /none has arrived/.test(reading.fault) ? 'never' : reading.fault.replace(` of ${key}`, '')
  const at = `${new Date(reading.slot).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return reading.reason === 'missed' || reading.reason === 'runner' ? `missing at ${at}` : at
}
