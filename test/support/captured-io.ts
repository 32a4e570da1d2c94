import type { CommandIo } from '../../runner/commands/command.ts'
import { realClock } from '../../runner/system/clock.ts'

/** A command's world that remembers what was said. */
export interface CapturedIo extends CommandIo {
  readonly stdout: string
  readonly stderr: string
}

export function capturedIo(more: Partial<CommandIo> = {}): CapturedIo {
  let stdout = ''
  let stderr = ''
  return {
    env: process.env,
    cwd: process.cwd(),
    clock: realClock,
    signal: new AbortController().signal,
    readSecret: async () => {
      throw new Error('this test gives no secret')
    },
    isTTY: false,
    columns: 160,
    write(text) {
      stdout += text
    },
    error(text) {
      stderr += text
    },
    ...more,
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
  }
}
