import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command as heartbeatsCommand } from '../../runner/commands/heartbeats.ts'
import { command as runCommand } from '../../runner/commands/run.ts'
import { command as smokeCommand } from '../../runner/commands/smoke.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = `import { defineConfig, defineSystem, heartbeat, limit } from 'vedette'
const requirements = [{ id: 'SHOP-1', need: 'kept', verify: 'heartbeat', threshold: [{ metric: 'oldest_backup_days', gte: 30 }], broken: 'not', source: 'x' }] as const
export default defineConfig({
  systems: [
    defineSystem('shop', {
      url: 'http://127.0.0.1:9',
      requirements,
      checks: [heartbeat('backup', { every: '24h', grace: '2h', facts: [limit('SHOP-1')], covers: ['SHOP-1'] })],
    }),
  ],
})
`

function setUp() {
  const folder = tempFolder({ 'vedette.config.ts': configuration })
  onTestFinished(() => folder[Symbol.dispose]())
  const call = async (command: typeof runCommand, ...argv: readonly string[]) => {
    const io = capturedIo({ cwd: folder.path, env: {} })
    const code = await command.run(argv, io)
    return { code, text: io.stdout + io.stderr }
  }
  const watch = async () => {
    const argv = [join(packageFolder, 'bin/vedette.js'), 'watch', '--port', '0']
    const child = spawn(process.execPath, argv, { cwd: folder.path, env: { PATH: process.env['PATH'] } })
    onTestFinished(() => void child.kill('SIGKILL'))
    const url = await new Promise<string>(resolve =>
      child.stdout.on('data', (text: Buffer) => {
        const found = /Vedette: (\S+) /.exec(text.toString())
        if (found) resolve(found[1]!)
      }),
    )
    const stop = async () => {
      const ended = new Promise(resolve => child.once('close', resolve))
      child.kill('SIGTERM')
      await ended
    }
    return { url, stop }
  }
  return { folder, call, watch }
}

test('a job finds its address, sends its signal, and gate, run and list tell what it means, also after the watch has ended', async () => {
  const { folder, call, watch } = setUp()
  const before = await call(smokeCommand, 'shop/backup', '--wait', '0')
  expect(before.code).toBe(3)
  expect(before.text).toContain('found no history of a watch at')

  const { url, stop } = await watch()
  expect((await call(smokeCommand, '--watch', url, '--wait', '0')).text).toContain('none has arrived yet')
  const [row] = JSON.parse((await call(heartbeatsCommand, '--json', '--watch', url)).text) as {
    address: string
    last: string
  }[]
  expect(row!.last).toBe('never')
  expect(statSync(join(folder.path, '.vedette/heartbeat-key')).mode & 0o777).toBe(0o600)

  const told = await fetch(row!.address, { method: 'POST', body: '{"oldest_backup_days": 31}' })
  expect(await told.json()).toMatchObject({ check: 'shop/backup', facts: { oldest_backup_days: 31 } })
  expect(await call(smokeCommand, '--watch', url, '--wait', '0')).toMatchObject({ code: 0 })
  expect(await call(smokeCommand, '--wait', '0')).toMatchObject({ code: 0 })
  expect((await call(smokeCommand, '--watch', 'http://127.0.0.1:1', '--wait', '0')).code).toBe(3)

  await fetch(row!.address, { method: 'POST', body: '{"oldest_backup_days": 10}' })
  expect((await call(smokeCommand, '--watch', url, '--wait', '0', '--strict')).code).toBe(1)
  await fetch(`${row!.address}/failure`, { method: 'POST', body: 'pg_dump: disk full' })
  expect((await call(smokeCommand, '--wait', '0')).text).toContain('saying: pg_dump: disk full')
  await stop()

  const run = await call(runCommand, 'shop/backup')
  expect(run.code).toBe(1)
  expect(run.text).toContain('shop/backup: failed; a heartbeat, which waits for signals and is not run')
  expect(run.text).toContain('saying: pg_dump: disk full')
  expect((await call(heartbeatsCommand)).text).toMatch(
    /shop\/backup +every 1d, grace 2h +failed +20\S+ \S+ UTC +http:\/\/127/,
  )
})
