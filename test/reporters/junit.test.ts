import { expect, test } from 'vitest'
import { junit } from '../../runner/reporters/junit.ts'
import { play, reporterConformance } from '../conformance/reporter.ts'
import { decisionOn, gateResult, hostileText, mixedResults } from '../support/gate-results.ts'
import { readXml } from '../support/read-xml.ts'

const make = (write: (text: string) => void | Promise<void>) => junit({ write })

reporterConformance(make)

test('suites by system; failures, errors and outputs', async () => {
  await expect(await play(make, mixedResults)).toMatchFileSnapshot('golden/report.xml')
})

test('a revision that changed is an error of the gate itself', async () => {
  const decision = decisionOn([gateResult('home')], { revisions: { shop: { before: 'abc', after: 'def' } } })
  await expect(await play(make, [gateResult('home')], decision)).toMatchFileSnapshot('golden/report-revision.xml')
})

test('hostile text survives as text, and the document is well-formed', async () => {
  const results = [gateResult('home', { verdict: 'failed', reason: 'assertion', detail: hostileText })]
  const elements = readXml(await play(make, results))
  const failure = elements.find(element => element.name === 'failure')!
  expect(failure.attributes['message']).toBe(failure.text.replace('failed (assertion): ', ''))
  expect(failure.text).toContain(`<b>"&'</b>]]>`)
  expect(failure.text).toContain('\n::error::owned\n')
})

test('the counts are those of the cases; strict makes degraded a failure', async () => {
  for (const strict of [false, true]) {
    const elements = readXml(await play(make, mixedResults, decisionOn(mixedResults, { strict })))
    const [root] = elements
    expect(root!.attributes).toMatchObject({ tests: '5', failures: strict ? '2' : '1', errors: '1' })
    expect(elements.filter(element => element.name === 'failure')).toHaveLength(strict ? 2 : 1)
    expect(elements.filter(element => element.name === 'error')).toHaveLength(1)
    expect(elements.filter(element => element.name === 'testcase')).toHaveLength(5)
  }
})
