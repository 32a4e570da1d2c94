import { parseArgs } from 'node:util'
import { formatProblem } from '../config/load-configuration.ts'
import { didYouMean } from '../config/options.ts'
import type { Deploy, DeployMark } from '../core/deploys.ts'
import { createDeploys } from '../engine/deploys.ts'
import { version } from '../system/version.ts'
import { type Command, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { historyFile, lockDataFolder, openDataFolder } from './data-folder.ts'
import { watchClient } from './watch-client.ts'

export const command: Command = {
  summary: 'marks a deploy, for charts and for the comparison of before and after',
  usage: `vedette deploy mark --system <id> --revision <revision> [options]

  --system <id>         what was deployed
  --revision <text>     what is live now
  --note <text>         for people: what is new, who did it
  --at <time>           when, as 2026-01-05T12:00:00Z (default: now)
  --watch <url>         the running watch, which is told with VEDETTE_TOKEN, else with the token in the data folder
  --data <folder>       without --watch: the data folder to write to, which no watch may hold (default: ./.vedette)
${configurationUsage}

\`vedette smoke --watch <url>\` marks a deploy by itself, and a watch sees a revision change.

Exit codes: 0 marked, 2 bad usage or configuration, or a watch holds the folder, 3 the watch could not be told.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        ...configurationArgs,
        system: { type: 'string' },
        revision: { type: 'string' },
        note: { type: 'string' },
        at: { type: 'string' },
        watch: { type: 'string' },
        data: { type: 'string' },
      },
      allowPositionals: true,
    })
    if (positionals.join(' ') !== 'mark')
      throw new UsageError(`expected \`vedette deploy mark\`, found 'deploy ${positionals.join(' ')}'`)
    const mark: DeployMark = {
      system: wanted('--system', values.system),
      revision: wanted('--revision', values.revision),
      at: values.at === undefined ? io.clock.now() : timeOf(values.at, io.clock.now()),
      by: 'hand',
      ...(values.note === undefined ? {} : { note: values.note }),
    }
    const watch = watchClient(values.watch, { data: values.data, io })
    if (watch !== undefined) {
      const told = await watch.ask<Deploy>(
        '/api/v1/deploys',
        values.env === undefined ? mark : { ...mark, environment: values.env },
      )
      if ('trouble' in told) {
        io.error(`expected the watch to take the deploy, found ${told.trouble}\n`)
        return 3
      }
      io.write(described(told.body))
      return 0
    }
    const loaded = await loadFor(values, io)
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const ids = loaded.configuration.systems.map(({ id }) => id)
    if (!ids.includes(mark.system))
      throw new UsageError(`expected --system ${ids.join(', ')}, found '${mark.system}'${didYouMean(mark.system, ids)}`)
    const folder = openDataFolder(values.data, io)
    using _lock = lock(folder)
    const { createSqliteStore } = await import('../stores/sqlite.ts')
    await using store = await createSqliteStore({
      path: historyFile(folder, loaded.environment),
      retention: loaded.configuration.retention,
      clock: io.clock,
    })
    const tell = (about: object, message?: string) => io.error(`${message}: ${JSON.stringify(about)}\n`)
    const deploys = createDeploys({
      store,
      clock: io.clock,
      log: { debug: tell, info: tell, warn: tell, error: tell } as never,
      version,
      random: Math.random,
      loaded: () => loaded,
      onEvent: () => undefined,
    })
    io.write(described(await deploys.mark(mark)))
    return 0
  },
}

function wanted(option: string, value: string | undefined): string {
  if (value) return value
  throw new UsageError(
    `expected ${option} to have a value, found ${value === undefined ? 'none' : 'nothing (an unset variable?)'}`,
  )
}

// A clock that is a little ahead tells of no future.
const ahead = 300_000

/** Epoch seconds look like milliseconds of 1970, and `Date.parse` takes a mere figure for a month or a year. */
function timeOf(text: string, now: number): number {
  const at = /^\d{13}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new UsageError(
      `expected --at to be a time such as 2026-01-05T12:00:00Z, or epoch milliseconds, found '${text}'`,
    )
  if (at > now + ahead)
    throw new UsageError(`expected --at to be a time that has passed, found ${new Date(at).toISOString()}`)
  return at
}

/** While a watch holds the folder, it alone knows which deploy is the newest, and tells others of it. */
function lock(folder: string): Disposable {
  try {
    return lockDataFolder(folder)
  } catch (error) {
    if (!/found one; stop it/.test((error as Error).message)) throw error
    throw new UsageError(
      `expected no \`vedette watch\` with the data folder ${folder}, found one; tell it the deploy with --watch <url>`,
    )
  }
}

const described = ({ system, revision, environment, at }: Deploy) =>
  `marked: ${system} is at ${revision} in ${environment} since ${new Date(at).toISOString()}\n`
