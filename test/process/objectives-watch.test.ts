import { expect, onTestFinished, test } from 'vitest'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { createWatch } from '../../runner/engine/watch.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import { realClock } from '../../runner/system/clock.ts'
import { quietLog } from '../support/quiet-log.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = `import { check, defineConfig, defineSystem, objective } from 'vedette'
const quick = { kind: 'quick', summary: 'nothing', observe: async () => ({ ok: true }) }
export default defineConfig({ systems: [defineSystem('shop', {
  url: 'http://127.0.0.1:9',
  requirements: [{ id: 'S-1', need: 'it is up', verify: 'slo', threshold: [{ metric: 'availability', gte: 0.99 }], broken: 'b', source: 's' }],
  objectives: [objective('up', { from: 'S-1' })],
  checks: [check('home', { probe: quick, every: '1s' }), check('night', { probe: quick, cron: '0 3 * * *' })],
})] })
`

test('a watch says how its objectives stand a few seconds after its start, by the checks that it runs', async () => {
  const folder = tempFolder({ 'vedette.config.ts': configuration })
  const request = { cwd: folder.path, env: {} }
  const watch = await createWatch({
    request,
    loaded: await loadConfiguration(request),
    store: createMemoryStore(),
    openJourneys: () => Promise.reject(new Error('there are no journeys here')),
    clock: realClock,
    log: quietLog(),
    version: '1.2.3',
    random: Math.random,
    watchFiles: false,
  })
  onTestFinished(async () => {
    await watch.stop()
    folder[Symbol.dispose]()
  })
  // Each stored run is a moment to look at.
  await new Promise<void>(resolve => {
    const off = watch.on(() => {
      if (watch.objectives().length === 0) return
      off()
      resolve()
    })
  })
  expect(watch.objectives()).toMatchObject([
    { system: 'shop', objective: 'up', requirement: 'S-1', need: 'it is up', standing: 'kept' },
  ])
  const [part] = watch.objectives()[0]!.parts
  expect(part).toMatchObject({ value: 1, checks: ['home'], period: { kind: 'rolling', text: 'last 30d' } })
})
