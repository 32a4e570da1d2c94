/** k6 as a supervised child: in a process group of its own, with a guardian that ends it when we are killed. */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Clock } from '../core/contracts.ts'
import { RunnerFault } from '../core/fault.ts'
import { startGuardian } from './guardian.ts'
import { instanceOf, markVariable } from './process-tree.ts'

/** A folder of our own that is gone when its owner disposes it, or when the guardian finds us dead. */
export interface K6Workplace extends AsyncDisposable {
  readonly folder: string
  write(name: string, content: string): string
  /** The content, or undefined when there is no such file. */
  read(name: string): string | undefined
  run(request: K6Request): Promise<K6Exit>
}

interface K6Request {
  readonly path: string
  readonly args: readonly string[]
  /** Where relative paths of the script's own reports begin. */
  readonly cwd: string
  /** The whole environment: nothing of ours is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly clock: Pick<Clock, 'timer'>
  /** Asks k6 to end (it writes its summary), and kills it after `grace` ms. */
  readonly signal: AbortSignal
  readonly grace: number
  /** Kills k6 after this time, ms. Default: never. */
  readonly limit?: number
  onOutput(line: string): void
  onLog(line: string): void
}

export interface K6Exit {
  /** 128 + the signal's number when a signal ended it, as a shell says. */
  readonly code: number
  /** We killed it: after `limit`, or because it did not end when asked. */
  readonly killed?: 'limit' | 'grace'
}

export function openK6Workplace(): K6Workplace {
  const instance = instanceOf(process.pid, randomBytes(4).toString('hex'))
  const folder = join(tmpdir(), `vedette-${instance}`)
  mkdirSync(folder, { mode: 0o700 })
  chmodSync(folder, 0o700)
  const guardian = startGuardian(instance, folder)
  return {
    folder,
    write(name, content) {
      const path = join(folder, name)
      writeFileSync(path, content, { mode: 0o600 })
      return path
    },
    read(name) {
      try {
        return readFileSync(join(folder, name), 'utf8')
      } catch {
        return undefined
      }
    },
    run: request => runK6(request, `${instance}/k6`),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true })
      await guardian[Symbol.asyncDispose]()
    },
  }
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGTERM: 15 }

function runK6(request: K6Request, mark: string): Promise<K6Exit> {
  const { clock, signal } = request
  return new Promise((resolve, reject) => {
    const child = spawn(request.path, request.args, {
      cwd: request.cwd,
      env: { ...request.env, [markVariable]: mark },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C on the terminal reaches us alone, since k6 takes a second signal as "drop everything".
      detached: true,
    })
    let killed: K6Exit['killed']
    const kill = (why: 'limit' | 'grace') => {
      killed = why
      child.kill('SIGKILL')
    }
    const cancels = request.limit === undefined ? [] : [clock.timer(request.limit, () => kill('limit'))]
    const onAbort = () => {
      child.kill('SIGINT')
      cancels.push(clock.timer(request.grace, () => kill('grace')))
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    createInterface({ input: child.stdout }).on('line', line => request.onOutput(line))
    createInterface({ input: child.stderr }).on('line', line => request.onLog(line))
    const settle = () => {
      signal.removeEventListener('abort', onAbort)
      for (const cancel of cancels) cancel()
    }
    child.once('error', error => {
      settle()
      reject(new RunnerFault(`expected k6 to start at ${request.path}, found: ${error.message}`))
    })
    // 'close' rather than 'exit': the last lines of output count too.
    child.once('close', (code, ended) => {
      settle()
      resolve({
        code: code ?? 128 + (signalNumbers[ended ?? ''] ?? 0),
        ...(killed === undefined ? {} : { killed }),
      })
    })
  })
}
