import type { CommandIo } from '../commands/command.ts'
import { realClock } from './clock.ts'

/** The real process, as a command sees it. */
export function createIo(signal: AbortSignal): CommandIo {
  // A reader that went away (`| head`) ends the output, not the run.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  return {
    env: process.env,
    cwd: process.cwd(),
    clock: realClock,
    signal,
    write: text => void process.stdout.write(text),
    error: text => void process.stderr.write(text),
    readSecret: async (question, again) => {
      const { readSecret } = await import('./read-secret.ts')
      return readSecret([question, again], { input: process.stdin, output: process.stderr, signal })
    },
    isTTY: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
