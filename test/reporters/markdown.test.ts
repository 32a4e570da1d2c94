import { expect, test } from 'vitest'
import { markdown } from '../../runner/reporters/markdown.ts'
import { play, reporterConformance } from '../conformance/reporter.ts'
import { decisionOn, gateResult, hostileText, mixedResults } from '../support/gate-results.ts'

const make = (write: (text: string) => void | Promise<void>) => markdown({ write })

reporterConformance(make)

test('the decision, what went wrong, then all checks', async () => {
  const decision = decisionOn(mixedResults, {
    revisions: { shop: { expected: 'abc', before: 'abc', after: 'abc' }, bank: {} },
  })
  await expect(await play(make, mixedResults, decision)).toMatchFileSnapshot('golden/summary.md')
})

test('a GO with its warnings', async () => {
  const results = mixedResults.filter(result => result.verdict === 'passed' || result.verdict === 'degraded')
  await expect(await play(make, results)).toMatchFileSnapshot('golden/summary-go.md')
})

test('no text of a target is markup', async () => {
  const text = await play(make, [gateResult('home', { verdict: 'failed', reason: 'assertion', detail: hostileText })])
  const [before, inside, after] = text.split(/^`{4,}(?:text)?$/m)
  expect(inside).toContain('::error::owned')
  for (const part of [before!, after!]) {
    expect(part).not.toContain('<b>')
    expect(part).not.toContain('[x](')
    expect(part).not.toMatch(/@everyone/)
  }
})

test('stays far below what a job summary may hold', async () => {
  const results = Array.from({ length: 400 }, (_, index) =>
    gateResult(`check-${index}`, { verdict: 'failed', reason: 'contract', detail: 'x'.repeat(100_000) }),
  )
  expect((await play(make, results)).length).toBeLessThan(500_000)
})
