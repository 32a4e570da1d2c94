/** The command line: finds the command, gives it the process, turns what it returns or throws into an exit code. */

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
  validate: () => import('./commands/validate.ts'),
  list: () => import('./commands/list.ts'),
  init: () => import('./commands/init.ts'),
  rename: () => import('./commands/rename.ts'),
  doctor: () => import('./commands/doctor.ts'),
  setup: () => import('./commands/setup.ts'),
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second signal means now.
    if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    stop.abort(signal)
  })
}

const { createIo } = await import('./system/command-io.ts')
let verdict: number | undefined
// A definition that calls process.exit(0) would otherwise pass every gate.
process.on('exit', code => {
  if (verdict === undefined && code === 0) process.exitCode = 3
})
verdict = await main(process.argv.slice(2), createIo(stop.signal))
process.exitCode = verdict

async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv
  if (name === '--version' || name === '-v') {
    const { version } = await import('./system/version.ts')
    io.write(`${version}\n`)
    return 0
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(rest[0], io)
  const load = commands[name]
  if (load === undefined) {
    const { didYouMean } = await import('./config/options.ts')
    io.error(
      `expected a command (${Object.keys(commands).join(', ')}), found '${name}'${didYouMean(name, Object.keys(commands))}\n`,
    )
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) return help(name, io)
  try {
    const { command } = await load()
    return await command.run(rest, io)
  } catch (error) {
    return explain(error, name, io)
  }
}

async function help(name: string | undefined, io: CommandIo): Promise<number> {
  const load = name === undefined ? undefined : commands[name]
  if (load !== undefined) {
    const { command } = await load()
    io.write(`${command.summary}\n\n${command.usage}\n`)
    return 0
  }
  io.write('vedette <command> [options]\n\n')
  for (const [key, get] of Object.entries(commands)) {
    const { command } = await get()
    io.write(`  ${key.padEnd(10)} ${command.summary}\n`)
  }
  io.write('\nvedette <command> --help says more.\n')
  return 0
}

/** Mistakes of the user are sentences and exit code 2; anything else is ours, with its stack, and 3. */
function explain(error: unknown, name: string, io: CommandIo): number {
  const known = error as Error & { code?: string; problems?: unknown }
  const message = stripVTControlCharacters(known?.message ?? String(error))
  if (known?.name === 'ConfigurationError') {
    io.error(`${message}\n`)
    return 2
  }
  if (known?.name === 'UsageError' || known?.code?.startsWith('ERR_PARSE_ARGS')) {
    io.error(`vedette ${name}: ${message}\n\`vedette ${name} --help\` shows what it takes.\n`)
    return 2
  }
  if (known?.name === 'StoreError' || known?.name === 'RunnerFault') {
    io.error(`vedette ${name}: ${message}\n`)
    return 3
  }
  io.error(`vedette ${name} broke: ${known?.stack ?? message}\n`)
  return 3
}
