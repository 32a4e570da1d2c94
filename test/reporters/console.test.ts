import { expect, test } from 'vitest'
import type { Screen } from '../../runner/core/ports.ts'
import { consoleReporter } from '../../runner/reporters/console.ts'
import { play, reporterConformance } from '../conformance/reporter.ts'
import { decisionOn, gateResult, hostileText, mixedResults } from '../support/gate-results.ts'

const plain = (write: (text: string) => void) => consoleReporter({ screen: { write, columns: 80, live: false } })
const live = (write: (text: string) => void) => consoleReporter({ screen: { write, columns: 80, live: true } })

reporterConformance(plain, { draws: true })
reporterConformance(live, { draws: true })

test('plain lines, the worst at the end in detail, the decision last', async () => {
  await expect(await play(plain, mixedResults)).toMatchFileSnapshot('golden/console.txt')
})

test('a GO with its warnings', async () => {
  const results = mixedResults.filter(result => result.verdict === 'passed' || result.verdict === 'degraded')
  await expect(await play(plain, results)).toMatchFileSnapshot('golden/console-go.txt')
})

test('on a terminal the status line is cleared before each line, and gone at the end', async () => {
  const text = await play(live, mixedResults)
  await expect(text.replaceAll('\u001b', '<esc>').replaceAll('\r', '<cr>')).toMatchFileSnapshot(
    'golden/console-live.txt',
  )
  expect(replay(text)).toBe(
    (await play(plain, mixedResults)).replace('shop: waiting, expected revision abc, found def on web\n', ''),
  )
})

test('a status line never wraps', async () => {
  const widths: number[] = []
  const screen: Screen = { write: text => void widths.push(longestOpenLine(text)), columns: 40, live: true }
  await play(() => consoleReporter({ screen }), [gateResult('home')])
  expect(Math.max(...widths.slice(0, -1))).toBeLessThan(40)
})

test('text of a target never begins a line', async () => {
  const text = await play(plain, [gateResult('home', { verdict: 'failed', reason: 'assertion', detail: hostileText })])
  expect(text).toContain('\n  | ::error::owned\n')
})

test('an interruption is told at the end', async () => {
  const text = await play(plain, [gateResult('home')], decisionOn([gateResult('home')], { interrupted: 'SIGINT' }))
  expect(text.trimEnd().split('\n').at(-1)).toBe('CANNOT TELL: interrupted by SIGINT before all checks had their say')
})

/** What a terminal shows after these writes: `\r` and erase-line drop the open line, colours are not seen. */
function replay(text: string): string {
  return text
    .split('\n')
    .map(line => line.split('\r\u001b[2K').at(-1)!)
    .join('\n')
    .replace(colours, '')
}

const longestOpenLine = (text: string) =>
  text.split('\n').at(-1)!.split('\r\u001b[2K').at(-1)!.replace(colours, '').length

const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
