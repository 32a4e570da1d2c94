import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = `import { check, defineConfig, defineSystem } from 'vedette'

const quick = { kind: 'quick', summary: 'nothing', observe: async () => ({ ok: true }) }
const slow = { kind: 'slow', summary: 'never ends', observe: run => new Promise(resolve => run.signal.addEventListener('abort', () => resolve({ ok: false, reason: 'timeout', detail: 'no answer' }))) }
const checks = Array.from({ length: 60 }, (_, index) => check('c' + index, { probe: quick, every: '1s' }))

export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks: [...checks, check('slow', { probe: slow, every: '2s', timeout: '30s' })] })] })
`

/** Starts the child and returns when it has printed `wanted` results. */
async function run(folder: string, wanted: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../support/watch-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ids: string[] = []
  const lines = createInterface({ input: child.stdout })
  const enough = new Promise<void>((resolve, reject) => {
    lines.on('line', line => {
      const said = JSON.parse(line) as string | { readonly id: string }
      if (typeof said !== 'string') ids.push(said.id)
      if (ids.length >= wanted) resolve()
    })
    child.once('exit', code => reject(new Error(`the child ended with code ${code}`)))
  })
  await enough
  return {
    ids,
    async end(signal: NodeJS.Signals) {
      const closed = once(lines, 'close')
      const exited = once(child, 'exit')
      child.kill(signal)
      await Promise.all([closed, exited])
      return child.exitCode
    },
  }
}

const openStore = (folder: string) => createSqliteStore({ path: join(folder, 'history.db'), clock: realClock })

test('killed at any moment, no result that was accepted is lost, and the next start goes on', async () => {
  using folder = tempFolder({ 'vedette.config.ts': configuration })
  const accepted: string[] = []
  for (const wanted of [1, 50, 131]) {
    const child = await run(folder.path, wanted)
    await child.end('SIGKILL')
    accepted.push(...child.ids)
    await using store = await openStore(folder.path)
    const stored = await Promise.all(child.ids.map(id => store.result(id)))
    expect(stored.filter(result => result === undefined)).toEqual([])
    const health = await store.health()
    expect(health.length).toBeGreaterThan(0)
  }
  expect(new Set(accepted).size).toBe(accepted.length)
})

test('told to stop, it lets go of what hangs as unknown, stores it and ends with code 0', async () => {
  using folder = tempFolder({ 'vedette.config.ts': configuration })
  const child = await run(folder.path, 180)
  expect(await child.end('SIGTERM')).toBe(0)
  await using store = await openStore(folder.path)
  expect(await store.results({ check: 'slow' })).toMatchObject([{ verdict: 'unknown', reason: 'runner' }])
  expect(await store.results({ limit: 10_000 })).toHaveLength(child.ids.length)
})
