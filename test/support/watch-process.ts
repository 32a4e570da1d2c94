import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'

export interface WatchProcess {
  readonly child: ChildProcess
  /** Resolves with what stands in the output at and after the last call, once it fits. Rejects when the process ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** All that it has said. */
  output(): string
  readonly ended: Promise<number | null>
}

/** `vedette watch` in a process of its own. `through` are programs that start it, with their arguments. */
export function startWatch(cwd: string, argv: readonly string[] = [], through: readonly string[] = []): WatchProcess {
  const [program, ...rest] = [
    // A program that enters other mounts leaves the folder.
    ...(through.length === 0 ? [] : [...through, 'env', '-C', cwd]),
    process.execPath,
    join(packageFolder, 'bin/vedette.js'),
    'watch',
    ...argv,
    '--port',
    '0',
    '--data',
    'data',
  ]
  const child = spawn(program!, rest, { cwd, env: { PATH: process.env['PATH'] } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let heard = ''
  let all = ''
  let look = () => {}
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      heard += text.toString()
      all += text.toString()
      look()
    })
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      void ended.then(code => reject(new Error(`expected ${pattern} to be said, found an end with ${code}:\n${all}`)))
      look = () => {
        const found = pattern.exec(heard)
        if (found === null) return
        heard = heard.slice(found.index + found[0].length)
        look = () => {}
        resolve(found)
      }
      look()
    })
  return { child, says, output: () => all, ended }
}
