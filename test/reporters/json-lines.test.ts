import { expect, test } from 'vitest'
import { jsonLines } from '../../runner/reporters/json-lines.ts'
import { play, reporterConformance } from '../conformance/reporter.ts'
import { decisionOn, gateResult, hostileText, mixedResults, planOf } from '../support/gate-results.ts'

const make = (write: (text: string) => void | Promise<void>) => jsonLines({ write })

reporterConformance(make)

test('one result a line, the decision last', async () => {
  await expect(await play(make, mixedResults)).toMatchFileSnapshot('golden/results.jsonl')
})

test('every line is the object itself', async () => {
  const odd = gateResult('home', { verdict: 'failed', reason: 'assertion', detail: hostileText.toWellFormed() })
  const decision = decisionOn([odd], { plan: planOf([odd, gateResult('ghost')]) })
  const lines = (await play(make, [odd], decision))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  const { results, ...rest } = decision
  expect(lines).toEqual([...results, rest])
})
