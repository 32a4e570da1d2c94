import type { Reporter, TestModule } from 'vitest/node'

/** Ends the output with one plain line that every machine can read: `12 passed, 0 failed, 1 skipped`, and the reason of each skip. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      let seen = 0
      for (const test of module.children.allTests()) {
        seen++
        const result = test.result()
        if (result.state === 'pending') counts.failed++
        else counts[result.state]++
        if (result.state === 'skipped') console.log(`skipped: ${test.fullName} (${result.note ?? 'no reason given'})`)
      }
      // A file that could not be loaded has no tests, and must not count as nothing.
      if (seen === 0 || module.errors().length > 0) counts.failed++
    }
    console.log(
      `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
    )
  }
}
