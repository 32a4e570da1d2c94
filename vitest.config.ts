import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongFirst } from './test/support/long-first.ts'

const all = ['test/**/*.test.ts']
/** Folders whose tests start no browsers, and no processes of ours but a few that live for a moment: their files may share a worker. */
const light = [
  'test/{commands,config,core,dashboards,engine,load,notifiers,probes,proof,reporters,scenarios,server,stores,system,targets}/**/*.test.ts',
]
const never = ['test/fixtures/**', 'test/bench/**', 'node_modules/**']
const each = {
  // Twice the two cores that there may be: many tests wait for a real slot, deadline or browser.
  maxWorkers: 4,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Tests start some hundred processes from sources; this halves what each start costs.
  env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '.cache/compiled') },
  // A generation of user files is loaded by Node itself, with our hooks, never by the test runner.
  server: { deps: { external: [/\?g=\d+$/] } },
}

export default defineConfig({
  test: {
    include: all,
    exclude: never,
    projects: [
      { extends: false, test: { ...each, name: 'light', include: light, exclude: never, isolate: false } },
      { extends: false, test: { ...each, name: 'whole', include: all, exclude: [...never, ...light] } },
    ],
    reporters: ['default', './test/support/count-reporter.ts'],
    maxWorkers: each.maxWorkers,
    sequence: { sequencer: LongFirst },
  },
})
