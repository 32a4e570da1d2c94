/** The command line: finds the command, gives it the process, turns what it returns or throws into an exit code. */

import { writeSync } from 'node:fs'
import module from 'node:module'
import { stripVTControlCharacters } from 'node:util'
import type { Command, CommandIo } from './commands/command.ts'

module.enableCompileCache?.()

// If the process ends before a command gave its verdict, the code must not be 0.
process.exitCode = 3

const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  watch: () => import('./commands/watch.ts'),
  smoke: () => import('./commands/smoke.ts'),
  load: () => import('./commands/load.ts'),
  run: () => import('./commands/run.ts'),
  drill: () => import('./commands/drill.ts'),
  validate: () => import('./commands/validate.ts'),
  list: () => import('./commands/list.ts'),
  replay: () => import('./commands/replay.ts'),
  requirements: () => import('./commands/requirements.ts'),
  export: () => import('./commands/export.ts'),
  init: () => import('./commands/init.ts'),
  deploy: () => import('./commands/deploy.ts'),
  heartbeats: () => import('./commands/heartbeats.ts'),
  people: () => import('./commands/people.ts'),
  tokens: () => import('./commands/tokens.ts'),
  rename: () => import('./commands/rename.ts'),
  doctor: () => import('./commands/doctor.ts'),
  setup: () => import('./commands/setup.ts'),
}

const stop = new AbortController()
let stoppedAt = 0
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) {
      stoppedAt = performance.now()
      stop.abort(signal)
    }
    // The second signal means now; but one Ctrl-C comes twice through npx and `bin/`: from the terminal, and handed on.
    else if (performance.now() - stoppedAt > 1_000) process.exit(signal === 'SIGINT' ? 130 : 143)
  })
}

const { createIo } = await import('./system/command-io.ts')
let verdict: number | undefined
// A definition that calls process.exit(0) would otherwise pass every gate.
process.on('exit', code => {
  if (verdict !== undefined) return
  if (code === 0) process.exitCode = 3
  // The second signal explains itself.
  if (stop.signal.aborted) return
  writeSync(
    2,
    `vedette ${process.argv[2] ?? ''}: expected a verdict, found that the process ended before; look for process.exit() or an await that never ends in the configuration\n`,
  )
})
verdict = await main(process.argv.slice(2), createIo(stop.signal))
process.exitCode = verdict
// Whatever the configuration left open (a timer, a connection) must not hold up a pipeline that waits for the exit code.
await Promise.all([process.stdout, process.stderr].map(stream => new Promise(resolve => stream.write('', resolve))))
process.exit()

async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv
  if (name === '--version' || name === '-v') {
    const { version } = await import('./system/version.ts')
    io.write(`${version}\n`)
    return 0
  }
  const asked = name === 'help' || name === '--help' || name === '-h'
  if (name === undefined || (asked && rest[0] === undefined)) {
    // A pipeline whose command is an unset variable must not be green.
    io[asked ? 'write' : 'error'](await overview())
    return asked ? 0 : 2
  }
  if (asked) return help(rest[0]!, io)
  const load = commands[name]
  if (load === undefined) return unknownCommand(name, io)
  if (rest.includes('--help') || rest.includes('-h')) return help(name, io)
  try {
    // Before anything is loaded that the process which takes this one's place would load again.
    if (name === 'watch') (await import('./system/lean-process.ts')).becomeLean()
    const { command } = await load()
    return await command.run(rest, io)
  } catch (error) {
    return await explain(error, name, io)
  }
}

async function unknownCommand(name: string, io: CommandIo): Promise<number> {
  const { didYouMean } = await import('./config/options.ts')
  const names = Object.keys(commands)
  io.error(`expected a command (${names.join(', ')}), found '${name}'${didYouMean(name, names)}\n`)
  return 2
}

async function help(name: string, io: CommandIo): Promise<number> {
  const load = commands[name]
  if (load === undefined) return unknownCommand(name, io)
  const { command } = await load()
  io.write(`${command.summary}\n\n${command.usage}\n`)
  return 0
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([key, get]) => `  ${key.padEnd(10)} ${(await get()).command.summary}\n`),
  )
  return `vedette <command> [options]\n\n${lines.join('')}\nvedette <command> --help says more.\n`
}

/** Mistakes of the user are sentences and exit code 2; anything else is ours, with its stack, and 3. */
async function explain(error: unknown, name: string, io: CommandIo): Promise<number> {
  const known = error as Error & { code?: string; problems?: unknown }
  const message = stripVTControlCharacters(known?.message ?? String(error))
  if (known?.name === 'ConfigurationError') {
    io.error(`${message}\n`)
    return 2
  }
  if (known?.name === 'UsageError' || known?.code?.startsWith('ERR_PARSE_ARGS')) {
    const told = known.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? await unknownOption(message, name) : message
    io.error(`vedette ${name}: ${told}\n\`vedette ${name} --help\` shows what it takes.\n`)
    return 2
  }
  if (known?.name === 'StoreError' || known?.name === 'RunnerFault') {
    io.error(`vedette ${name}: ${message}\n`)
    return 3
  }
  io.error(`vedette ${name} broke: ${known?.stack ?? message}\n`)
  return 3
}

/** Node's advice about positional arguments helps nobody who has misspelt an option. */
async function unknownOption(message: string, name: string): Promise<string> {
  const { didYouMean } = await import('./config/options.ts')
  const found = /'([^' ]+)/.exec(message)?.[1] ?? ''
  const { command } = await commands[name]!()
  const known = [...new Set(command.usage.match(/--[a-z-]+[a-z]/g))]
  return `expected one of the options ${known.join(', ')}, found '${found}'${didYouMean(found, known)}`
}
