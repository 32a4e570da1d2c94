import { expect, test } from 'vitest'
import { describeRun } from '../../runner/commands/run-report.ts'
import { check } from '../../runner/config/check.ts'
import { gateResult, hostileText, mixedResults } from '../support/gate-results.ts'

const home = check('home', {
  probe: { kind: 'http', summary: 'GET /', observe: async () => ({ ok: true }) },
  covers: ['COD-13', 'COD-14'],
})
const nowhere = { evidence: '/data/artifacts', command: undefined }

test('a probe: phases hop by hop as a waterfall, figures, promises', () => {
  const result = gateResult('home', {
    duration: 160,
    phases: [
      { name: 'connect', duration: 20, hop: 0 },
      { name: 'wait', duration: 100, hop: 0 },
      { name: 'connect', duration: 0, hop: 1 },
      { name: 'wait', duration: 40, hop: 1 },
    ],
    metrics: { http_status: 200, http_bytes: 5120.25 },
  })
  expect(describeRun(result, home, nowhere)).toBe(`shop/home: passed in 160ms
  http GET /

phases
  0 connect      20ms  ▇▇▇▇
  0 wait        100ms      ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
  1 connect       0ms                          ▇
  1 wait         40ms                          ▇▇▇▇▇▇▇▇

metrics
  http_status 200
  http_bytes 5120.25

covers
  COD-13 COD-14
`)
})

test('a journey: attempts, steps, evidence and the line that repeats it', () => {
  const text = describeRun(mixedResults[2]!, home, {
    evidence: '/data/artifacts',
    command: 'npx playwright test a.spec.ts:3',
  })
  expect(text).toContain('shop/journey/checkout: failed (assertion) in 8.4s, attempt 2\n')
  expect(text).toContain('earlier attempts\n  8.1s timeout: no end within 8 s\n')
  expect(text).toContain('  ✓ open the shop (900ms)\n  ✗ pay (7.5s)\n    expected "Thank you", found "Sorry"\n')
  expect(text).toContain('evidence\n  screenshot /data/artifacts/ab/cd.png\n')
  expect(text.endsWith('repeat without Vedette\n  npx playwright test a.spec.ts:3\n')).toBe(true)
})

test('no control character of a target reaches the terminal', () => {
  const text = describeRun(
    gateResult('home', { verdict: 'failed', reason: 'assertion', detail: hostileText }),
    home,
    nowhere,
  )
  expect([...text].filter(character => /\p{Cc}/u.test(character) && character !== '\n')).toEqual([])
})
