import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongFirst } from './test/support/long-first.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'test/bench/**', 'node_modules/**'],
    // Files share their workers: starting one for each file and loading there what the files before had loaded cost a tenth of all. So a
    // test gives back what it changes of its process (onTestFinished), also when it fails.
    isolate: false,
    // Twice the two cores that there may be: many tests wait for a real slot, deadline or browser.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests start some hundred processes from sources; this halves what each start costs.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '.cache/compiled') },
    // A generation of user files is loaded by Node itself, with our hooks, never by the test runner.
    server: { deps: { external: [/\?g=\d+$/] } },
    reporters: ['default', './test/support/count-reporter.ts'],
    sequence: { sequencer: LongFirst },
  },
})
