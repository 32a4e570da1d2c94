import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  type Accounts,
  isExpired,
  type MachineToken,
  nameTrouble,
  type Right,
  rights,
  tokenLife,
} from '../core/accounts.ts'
import { hashOfSecret, makeSecret } from '../system/secret-hash.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { accountsFile, existingDataFolder, openDataFolder } from './data-folder.ts'
import { table } from './table.ts'

export const command: Command = {
  summary: 'tokens of machines: what each may, until when, and when it was used',
  usage: `vedette tokens add <name> --scope <scopes> [--expires <time>] [options]
vedette tokens remove <name> [options]
vedette tokens list [--json] [options]

  --scope <scopes>      what it may, several with commas: read (pages, API, metrics), run (run a check now, send a drill), deploy (mark a
                        deploy), operate (read, run, deploy, acknowledge, note, maintenance), admin (everything)
  --expires <time>      after so long, as 90d (default: never)
  --data <folder>       the data folder of the watch (default: ./.vedette)
  --json                one JSON array

\`add\` prints the secret once and keeps a hash of it. Send it as \`Authorization: Bearer <secret>\`, or give it to the commands that speak
to a watch (smoke, deploy, drill) as VEDETTE_TOKEN. A running watch knows at once.

Exit codes: 0 done, 2 bad usage, no such name or one that is taken, 3 they could not be read or written.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        scope: { type: 'string', multiple: true },
        expires: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [what = '', ...words] = positionals
    const takes = { add: 1, remove: 1, list: 0 }[what]
    if (takes === undefined) throw new UsageError(`expected add, remove or list, found '${what || 'nothing'}'`)
    if (words.length !== takes)
      throw new UsageError(
        `expected ${takes} ${takes === 1 ? 'word' : 'words'} behind '${what}', found ${words.length}`,
      )
    const [name = ''] = words
    const folder =
      what === 'add'
        ? openDataFolder(values.data, io)
        : existingDataFolder(values.data, '`vedette watch` or `vedette tokens add`', io)
    const file = accountsFile(folder)
    if (what === 'list' && !existsSync(file)) return list([], values.json, io)
    const { createAccounts } = await import('../stores/accounts.ts')
    using accounts = createAccounts({ path: file })
    if (what === 'list') return list(await accounts.tokens(), values.json, io)
    if (what === 'add')
      return await add(accounts, { name: nameOf(name), scopes: scopesOf(values.scope), expires: values.expires }, io)
    if (!(await accounts.removeToken(name)))
      throw new UsageError(`expected a token of \`vedette tokens list\`, found '${name}'`)
    io.write(`removed: ${name}; it opens nothing any more\n`)
    return 0
  },
}

interface Wanted {
  readonly name: string
  readonly scopes: readonly Right[]
  readonly expires: string | undefined
}

async function add(accounts: Accounts, { name, scopes, expires }: Wanted, io: CommandIo): Promise<number> {
  const createdAt = io.clock.now()
  const secret = makeSecret()
  const token = {
    name,
    scopes,
    createdAt,
    ...(expires === undefined ? {} : { expiresAt: createdAt + lifeOf(expires) }),
  }
  if (!(await accounts.addToken(token, hashOfSecret(secret))))
    throw new UsageError(`expected a name that is free, found '${name}'; \`vedette tokens list\` shows which there are`)
  io.error(`added: ${name} (${scopes.join(', ')}); this is shown once:\n`)
  io.write(`${secret}\n`)
  return 0
}

function list(tokens: readonly MachineToken[], json: boolean, io: CommandIo): number {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString())
  if (json) {
    const rows = tokens.map(({ createdAt, expiresAt, lastUsedAt, ...token }) => ({
      ...token,
      createdAt: iso(createdAt),
      expiresAt: iso(expiresAt),
      lastUsedAt: iso(lastUsedAt),
    }))
    io.write(`${JSON.stringify(rows, null, 2)}\n`)
    return 0
  }
  const day = (at: number | undefined) => iso(at)?.slice(0, 16).replace('T', ' ')
  const rows = tokens.map(token => ({
    name: token.name,
    scopes: token.scopes.join(','),
    expires: isExpired(token, io.clock.now()) ? 'expired' : (day(token.expiresAt) ?? 'never'),
    'last used': day(token.lastUsedAt) ?? 'never',
  }))
  if (rows.length === 0) io.write('none yet; `vedette tokens add <name> --scope read` makes one\n')
  else io.write(table(rows, io.columns))
  return 0
}

function nameOf(text: string): string {
  const trouble = nameTrouble(text)
  if (trouble !== undefined) throw new UsageError(trouble)
  return text
}

function scopesOf(given: readonly string[] = []): readonly Right[] {
  const words = given
    .flatMap(text => text.split(','))
    .map(word => word.trim())
    .filter(Boolean)
  const wrong = words.find(word => !rights.some(right => right === word))
  if (wrong !== undefined || words.length === 0)
    throw new UsageError(`expected --scope with some of ${rights.join(', ')}, found '${wrong ?? 'none'}'`)
  return rights.filter(right => words.includes(right))
}

function lifeOf(text: string): number {
  const life = tokenLife(text)
  if (life === undefined)
    throw new UsageError(`expected --expires to be a time of a minute or more, such as 90d, found '${text}'`)
  return life
}
