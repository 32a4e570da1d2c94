import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Installed, type Machine, thisMachine } from '../system/install.ts'
import { installBrowser } from '../system/install-browser.ts'
import { installK6 } from '../system/install-k6.ts'
import { installDemoParts, installPing, installTestParts } from '../system/install-test-parts.ts'
import { isCheckout, k6Folder } from '../system/k6.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { dataFolderAt } from './data-folder.ts'

type Part = (machine: Machine, dataFolder: string) => Promise<Installed>

const parts: Readonly<Record<string, Part>> = {
  browser: (machine, data) => installBrowser(machine, join(data, 'cache', 'browser.json')),
  k6: (machine, data) => installK6(machine, k6Folder(data)),
  ping: machine => installPing(machine),
  test: machine => installTestParts(machine),
  demo: machine => installDemoParts(machine),
}

/** Parts of Vedette's own repository: an installed package has no tests and no reference systems. */
const repositoryParts = ['test', 'demo']

const usual = ['browser', 'k6']

export const command: Command = {
  summary: 'installs browser and k6 where it can, and else says how',
  usage: `vedette setup [part…] [options]

Parts: browser (for journeys), k6 (for load), ping (for the probe of that name). Without one: browser and k6. What is there and works is
left alone.

  --data <folder>       the data folder (default: ./.vedette); an installed vedette keeps the k6 that it builds there
  --for test            in Vedette's own repository: also the programs that its tests meet (part: test; demo: those of npm start)

Exit codes: 0 done (also when an optional part is missing: its cost is printed), 2 usage, 3 a part that was named could not be had,
130 and 143 interrupted.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { data: { type: 'string' }, for: { type: 'string' } },
      allowPositionals: true,
    })
    const names = namesOf(positionals, values.for)
    const machine = thisMachine({
      env: io.env,
      clock: io.clock,
      signal: io.signal,
      say: line => io.error(`  ${line}\n`),
    })
    return setUp(names, positionals, machine, dataFolderAt(values.data, io), io)
  },
}

function namesOf(words: readonly string[], purpose: string | undefined): readonly string[] {
  const stranger = words.find(word => !(word in parts))
  if (stranger !== undefined) {
    throw new UsageError(`expected parts to set up (${Object.keys(parts).join(', ')}), found '${stranger}'`)
  }
  if (purpose !== undefined && purpose !== 'test') throw new UsageError(`expected --for test, found '${purpose}'`)
  const names = [...(words.length === 0 ? usual : words), ...(purpose === 'test' ? ['test'] : [])]
  const own = names.find(name => repositoryParts.includes(name))
  if (own !== undefined && !isCheckout()) {
    throw new UsageError(
      `expected '${own}' in Vedette's own repository, found an installed package, which has no tests`,
    )
  }
  return [...new Set(names)]
}

/** One part after the other; an optional one that is missing does not stop the next. */
async function setUp(
  names: readonly string[],
  asked: readonly string[],
  machine: Machine,
  dataFolder: string,
  io: CommandIo,
): Promise<number> {
  let isShort = false
  for (const name of names) {
    const installed = await parts[name]!(machine, dataFolder)
    if (io.signal.aborted) return io.signal.reason === 'SIGTERM' ? 143 : 130
    io.write(describe(name, installed))
    if (!installed.ok && asked.includes(name)) isShort = true
  }
  return isShort ? 3 : 0
}

function describe(name: string, installed: Installed): string {
  if (installed.ok) return `${name}: ${installed.detail}\n`
  return [
    `${name}: missing. ${installed.detail}`,
    `  costs: ${installed.cost}`,
    ...installed.commands.map(command => `  to have it: ${command}`),
    '',
  ].join('\n')
}
