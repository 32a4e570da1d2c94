import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { didYouMean } from '../config/options.ts'
import { type Command, UsageError } from './command.ts'
import { dataFolderAt, historyFile, lockDataFolder } from './data-folder.ts'

export const command: Command = {
  summary: 'moves the history of a check to its new name',
  usage: `vedette rename <system>/<old> <system>/<new> [--data <folder>] [--env <name>]

Stop \`vedette watch\` first: one program writes the history.

Exit codes: 0 moved, 2 bad usage, or there is no such history, 3 it could not be opened.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { data: { type: 'string' }, env: { type: 'string', short: 'e', default: 'local' } },
      allowPositionals: true,
    })
    const [from, to] = positionals.map(split)
    if (from === undefined || to === undefined || positionals.length !== 2 || from.system !== to.system) {
      throw new UsageError(
        `expected <system>/<old> <system>/<new> of the same system, found '${positionals.join(' ')}'`,
      )
    }
    if (from.check === to.check) throw new UsageError(`expected two different names, found '${positionals[0]}' twice`)
    const path = historyFile(dataFolderAt(values.data, io), values.env)
    if (!existsSync(path))
      throw new UsageError(
        `expected a history at ${path}, found none; --data names the folder that \`watch\` uses, --env its environment`,
      )
    using _lock = lockDataFolder(dirname(path))
    const { createSqliteStore } = await import('../stores/sqlite.ts')
    await using store = await createSqliteStore({
      path,
      clock: io.clock,
    })
    const history = await store.results({ ...from, limit: 1 })
    if (history.length === 0) {
      const known = (await store.strips()).map(({ system, check }) => `${system}/${check}`)
      throw new UsageError(
        `expected a check with a history (${known.join(', ') || 'there is none'}), found '${positionals[0]}'${didYouMean(positionals[0]!, known)}`,
      )
    }
    await store.rename(from.system, from.check, to.check)
    io.write(`the history of ${positionals[0]} is now that of ${positionals[1]}\n`)
    return 0
  },
}

function split(key: string) {
  const [system, ...check] = key.split('/')
  return system && check.length > 0 ? { system, check: check.join('/') } : undefined
}
