import { resolve } from 'node:path'
import type { Reporter } from '../core/ports.ts'
import type { Write } from '../reporters/json-lines.ts'
import { type CommandIo, UsageError } from './command.ts'

interface Output {
  readonly write: Write
  readonly live: boolean
  readonly columns: number
}

const known: Readonly<Record<string, (output: Output) => Promise<Reporter>>> = {
  console: openConsole,
  json: async output => (await import('../reporters/json-lines.ts')).jsonLines(output),
  junit: async output => (await import('../reporters/junit.ts')).junit(output),
  markdown: async output => (await import('../reporters/markdown.ts')).markdown(output),
}

/** The console draws without waiting; what could not be written is told at the end. */
async function openConsole({ write, ...screen }: Output): Promise<Reporter> {
  const { consoleReporter } = await import('../reporters/console.ts')
  let written = Promise.resolve()
  const draw = (text: string) => {
    written = written.then(() => write(text))
    written.catch(() => undefined)
  }
  const reporter = consoleReporter({ screen: { ...screen, write: draw } })
  return {
    ...reporter,
    async onDecision(decision) {
      await reporter.onDecision?.(decision)
      await written
    },
  }
}

/** Makes the reporters that the words mean: `console`, `junit=report.xml`. A file that cannot be written is told about and left out. */
export async function openReporters(words: readonly string[], io: CommandIo): Promise<readonly Reporter[]> {
  const wanted = words.map(word => {
    const [name = '', ...file] = word.split('=')
    if (!(name in known)) {
      throw new UsageError(
        `expected a reporter (${Object.keys(known).join(', ')}), optionally with =file, found '${word}'`,
      )
    }
    return { name, file: file.length === 0 ? undefined : file.join('=') }
  })
  const onOutput = wanted.filter(({ name, file }) => file === undefined && name !== 'console').length
  if (onOutput > 1)
    throw new UsageError('expected one reporter at most on standard output, found several; give the others =file')
  const opened = await Promise.all(wanted.map(({ name, file }) => open(name, file, onOutput > 0, io)))
  return opened.filter(reporter => reporter !== undefined)
}

async function open(
  name: string,
  file: string | undefined,
  outputIsTaken: boolean,
  io: CommandIo,
): Promise<Reporter | undefined> {
  if (file === undefined) {
    // What a program reads on standard output must not be mixed with what a person reads.
    const write = name === 'console' && outputIsTaken ? io.error : io.write
    const live =
      name === 'console' &&
      !outputIsTaken &&
      io.isTTY &&
      !io.env['NO_COLOR'] &&
      !io.env['CI'] &&
      io.env['TERM'] !== 'dumb'
    return known[name]!({ write: text => write(text), live, columns: io.columns || 80 })
  }
  try {
    if (file === '') throw new Error('expected a file after =, found nothing (an unset variable?)')
    const { reportFile } = await import('../system/report-file.ts')
    const path = resolve(io.cwd, file)
    // A job summary belongs to all of its step; any other report is of this run alone.
    const write = await reportFile(path, { append: file === io.env['GITHUB_STEP_SUMMARY'] })
    return await known[name]!({ write, live: false, columns: 80 })
  } catch (error) {
    io.error(`reporter ${name} failed: ${(error as Error).message}\n`)
    return undefined
  }
}
