import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Accounts, nameTrouble, type Person, passwordTrouble, type Role, roles } from '../core/accounts.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { accountsFile, existingDataFolder, openDataFolder } from './data-folder.ts'
import { table } from './table.ts'

export const command: Command = {
  summary: 'who may sign in, and what each of them may',
  usage: `vedette people add <name> --role <role> [options]
vedette people password <name> [options]
vedette people role <name> <role> [options]
vedette people remove <name> [options]
vedette people list [--json] [options]

  --role <role>         viewer: reads; operator: also runs checks, marks deploys, acknowledges, declares maintenance; admin: everything
  --data <folder>       the data folder of the watch (default: ./.vedette)
  --json                one JSON array

The password is asked for on the terminal, or read from standard input. A running watch knows at once. A new password or another role
ends the sessions of that person.

Exit codes: 0 done, 2 bad usage, no such name, a name that is taken or a password that is too short, 3 they could not be read or written.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        role: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [what = '', ...words] = positionals
    const takes = { add: 1, password: 1, role: 2, remove: 1, list: 0 }[what]
    if (takes === undefined)
      throw new UsageError(`expected add, password, role, remove or list, found '${what || 'nothing'}'`)
    if (words.length !== takes)
      throw new UsageError(
        `expected ${takes} ${takes === 1 ? 'word' : 'words'} behind '${what}', found ${words.length}`,
      )
    const [name = '', role = values.role] = words
    const folder =
      what === 'add'
        ? openDataFolder(values.data, io)
        : existingDataFolder(values.data, '`vedette watch` or `vedette people add`', io)
    const file = accountsFile(folder)
    if (what === 'list' && !existsSync(file)) return list([], values.json, io)
    const { createAccounts } = await import('../stores/accounts.ts')
    using accounts = createAccounts({ path: file })
    if (what === 'list') return list(await accounts.people(), values.json, io)
    if (what === 'add') return await add(accounts, { name: nameOf(name), role: roleOf(role) }, io)
    const person = await accounts.person(name)
    if (person === undefined) throw new UsageError(`expected somebody of \`vedette people list\`, found '${name}'`)
    if (what === 'remove') {
      await accounts.removePerson(name)
      io.write(`removed: ${person.name}; what was signed in has ended\n`)
      await tellOfNoAdmin(accounts, person.role, io)
    } else if (what === 'role') {
      await accounts.changePerson(name, { role: roleOf(role) })
      io.write(`changed: ${person.name} is ${roleOf(role)}; what was signed in has ended\n`)
      await tellOfNoAdmin(accounts, person.role, io)
    } else {
      await accounts.changePerson(name, { password: await newPassword(person.name, io) })
      io.write(`changed: the password of ${person.name}; what was signed in has ended\n`)
    }
    return 0
  },
}

async function add(accounts: Accounts, { name, role }: { name: string; role: Role }, io: CommandIo): Promise<number> {
  const taken = () =>
    new UsageError(`expected a name that is free, found '${name}'; \`vedette people list\` shows who there is`)
  if (await accounts.person(name)) throw taken()
  const password = await newPassword(name, io)
  if (!(await accounts.addPerson({ name, role, password, createdAt: io.clock.now() }))) throw taken()
  io.write(`added: ${name}, ${role}; they sign in at /sign-in\n`)
  return 0
}

function list(people: readonly Person[], json: boolean, io: CommandIo): number {
  const rows = people.map(({ name, role, createdAt }) => ({
    name,
    role,
    since: new Date(createdAt).toISOString().slice(0, 10),
  }))
  if (json) io.write(`${JSON.stringify(rows, null, 2)}\n`)
  else if (rows.length === 0) io.write('nobody yet; `vedette people add <name> --role admin` makes the first\n')
  else io.write(table(rows, io.columns))
  return 0
}

/** Allowed here, where another can be made, and not on the page, where nobody could. */
async function tellOfNoAdmin(accounts: Accounts, before: Role, io: CommandIo): Promise<void> {
  if (before !== 'admin' || (await accounts.people()).some(({ role }) => role === 'admin')) return
  io.error(
    'nobody is an admin any more: until `vedette people add <name> --role admin` or `vedette people role <name> admin`, only the token of the watch may do everything\n',
  )
}

/** Asked for twice where nobody sees what is typed. */
async function newPassword(name: string, io: CommandIo): Promise<string> {
  const given = await io.readSecret(`Password of ${name}: `, 'Once more: ')
  if ('found' in given)
    throw new UsageError(`expected the same password twice, found ${given.found}; nothing was changed`)
  const trouble = passwordTrouble(given.secret, name)
  if (trouble !== undefined) throw new UsageError(trouble)
  const { createPasswords } = await import('../system/passwords.ts')
  return createPasswords().hash(given.secret)
}

function nameOf(text: string): string {
  const trouble = nameTrouble(text)
  if (trouble !== undefined) throw new UsageError(trouble)
  return text
}

function roleOf(text: string | undefined): Role {
  const role = roles.find(name => name === text)
  if (role === undefined) throw new UsageError(`expected the role ${roles.join(', ')}, found '${text ?? 'none'}'`)
  return role
}
