import { spawn } from 'node:child_process'
import type { Clock } from '../core/contracts.ts'

export interface HookRequest {
  /** Run by `/bin/sh -c`. */
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What it reads on its standard input. */
  readonly input: string
  /** After this long it and its children are killed, ms. */
  readonly timeout: number
  readonly clock: Clock
  /** Handed on as a signal, so that a rollback can end in order; it is not killed for it. */
  readonly signal: AbortSignal
  onOutput(text: string): void
}

// What a hook has written last is on its way when it ends.
const drain = 1_000

/** How the hook ended, in words. What it leaves running, such as the release before, is neither waited for nor killed. Never rejects. */
export function runHook(request: HookRequest): Promise<string> {
  return new Promise(resolve => {
    // A group of its own: Ctrl-C must not cut a rollback in half, and a kill must reach its children.
    const child = spawn('/bin/sh', ['-c', request.command], {
      cwd: request.cwd,
      env: request.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const send = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // It is gone.
      }
    }
    let late = false
    let cancel = request.clock.timer(request.timeout, () => {
      late = true
      send('SIGKILL')
    })
    const handOn = () => send(request.signal.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    request.signal.addEventListener('abort', handOn, { once: true })
    const end = (how: string) => {
      cancel()
      request.signal.removeEventListener('abort', handOn)
      resolve(how)
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => request.onOutput(text))
    }
    // A hook that does not read its input is none of our business.
    child.stdin.on('error', () => {})
    child.stdin.end(request.input)
    child.on('error', error => end(`could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      const how = late
        ? 'was killed, because its time was up'
        : signal === null
          ? `ended with exit code ${code}`
          : `ended by ${signal}`
      cancel()
      cancel = request.clock.timer(drain, () => end(how))
      child.on('close', () => end(how))
    })
  })
}
