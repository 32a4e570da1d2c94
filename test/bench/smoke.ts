import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { tempFolder } from '../support/temp-folder.ts'
import { pairs, type Row } from './row.ts'

const root = join(import.meta.dirname, '../..')

/** A gate of one probe from the built program, against an empty Node process: what a developer waits for beside the probe itself. */
export async function bench(): Promise<readonly Row[]> {
  spawnSync('npm', ['run', 'build'], { cwd: root })
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  using folder = tempFolder({
    'vedette.config.ts': `import { check, defineConfig, defineSystem, http } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:${(server.address() as AddressInfo).port}', checks: [check('home', { probe: http('/') })] })] })`,
  })
  const time = async (args: readonly string[]) => {
    const start = performance.now()
    const child = spawn(process.execPath, args, { cwd: folder.path, stdio: 'ignore' })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`expected exit code 0 of ${args.join(' ')}, found ${code}`)
    return performance.now() - start
  }
  const smoke = () => time([join(root, 'dist/runner/cli.js'), 'smoke'])
  await smoke()
  const { ours, peer, ratio } = await pairs(5, smoke, () => time(['-e', '0']))
  server.close()
  return [
    {
      what: 'smoke without journeys, wall',
      ours: `${(ours / 1_000).toFixed(2)} s`,
      peer: `bare node ${(peer / 1_000).toFixed(2)} s`,
      ratio,
      bar: '0.6 s',
    },
  ]
}
