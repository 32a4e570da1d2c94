import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { tempFolder } from '../support/temp-folder.ts'
import { median, type Row } from './row.ts'
import { pause, startTarget } from './watched.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Memory of the whole process, all threads, in the second of two minutes of 1,000 checks every 20 s with somebody looking at the pages: the
 * median of a look each five seconds, because what is garbage comes and goes. It is the built program that people install: from a checkout
 * each thread also holds what strips the types.
 */
export async function bench(): Promise<readonly Row[]> {
  spawnSync('npm', ['run', 'build'], { cwd: root })
  await using target = await startTarget()
  using folder = tempFolder({
    'vedette.config.ts': `import { check, defineConfig, defineSystem, http } from 'vedette'
const checks = Array.from({ length: 1_000 }, (_, index) => check('c' + index, { probe: http('/'), every: '20s' }))
export default defineConfig({ systems: [defineSystem('shop', { url: '${target.http}', checks })] })`,
  })
  const argv = [join(root, 'dist/runner/cli.js'), 'watch', '--port', '0', '--data', 'data', '--log-level', 'error']
  const child = spawn(process.execPath, argv, { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const url = /http:\S+/.exec(line)![0]
    const mb = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1_000
    const seen: number[] = []
    for (let round = 0; round < 24; round += 1) {
      await pause(5_000)
      for (const path of ['/', '/metrics']) await (await fetch(url + path)).arrayBuffer()
      if (round >= 12) seen.push(mb('VmRSS'))
    }
    const held = median(seen)
    return [
      {
        what: 'memory without browser, 1,000 checks',
        ours: `${held.toFixed(0)} MB (most ${mb('VmHWM').toFixed(0)} MB)`,
        peer: 'Uptime Kuma 473 MB',
        ratio: held / 473,
        bar: '180 MB',
      },
    ]
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}
