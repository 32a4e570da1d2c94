import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'test/bench/**', 'node_modules/**'],
    reporters: ['default', './test/support/count-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make browsers and listeners wait for each other.
    maxWorkers: 2,
    // A generation of user files is loaded by Node itself, with our hooks, never by the test runner.
    server: { deps: { external: [/\?g=\d+$/] } },
  },
})
