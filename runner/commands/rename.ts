import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { openDataFolder } from './data-folder.ts'

export const command: Command = {
  summary: 'moves the history of a check to its new name',
  usage: `vedette rename <system>/<old> <system>/<new> [--data <folder>]

Stop \`vedette watch\` first: one program writes the history.

Exit codes: 0 moved, 2 bad usage, 3 the history could not be opened.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { data: { type: 'string' } },
      allowPositionals: true,
    })
    const [from, to] = positionals.map(split)
    if (from === undefined || to === undefined || positionals.length !== 2 || from.system !== to.system) {
      throw new UsageError(
        `expected <system>/<old> <system>/<new> of the same system, found '${positionals.join(' ')}'`,
      )
    }
    const { createSqliteStore } = await import('../stores/sqlite.ts')
    await using store = await createSqliteStore({
      path: join(openDataFolder(values.data, io), 'history.db'),
      clock: io.clock,
    })
    await store.rename(from.system, from.check, to.check)
    io.write(`the history of ${positionals[0]} is now that of ${positionals[1]}\n`)
    return 0
  },
}

function split(key: string) {
  const [system, ...check] = key.split('/')
  return system && check.length > 0 ? { system, check: check.join('/') } : undefined
}
