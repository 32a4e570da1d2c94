import type { Clock } from '../core/contracts.ts'

/** What a command may touch. `cli.ts` gives the real process; tests give their own. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly clock: Clock
  /** Aborts with 'SIGINT' or 'SIGTERM' as its reason. */
  readonly signal: AbortSignal
  /** Standard output. */
  write(text: string): void
  /** Standard error: progress and messages. */
  error(text: string): void
  /**
   * What nobody may see: asked for on a terminal without an echo, and `again`; else all of standard input, once. `found`: what came instead of
   * the same secret twice.
   */
  readSecret(question: string, again: string): Promise<{ readonly secret: string } | { readonly found: string }>
  readonly isTTY: boolean
  readonly columns: number
}

/** One file a command: `run` returns the exit code of design "Exit codes". */
export interface Command {
  readonly summary: string
  readonly usage: string
  run(argv: readonly string[], io: CommandIo): Promise<number>
}

/** A mistake on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Refuses options that were given without a value: in a pipeline that is an unset variable, and never what was meant. */
export function refuseEmpty(values: Readonly<Record<string, unknown>>, options: readonly string[]): void {
  const empty = options.find(option => values[option] === '')
  if (empty !== undefined)
    throw new UsageError(`expected --${empty} to have a value, found nothing (an unset variable?)`)
}
