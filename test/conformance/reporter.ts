import { describe, expect, test } from 'vitest'
import type { Result } from '../../runner/core/contracts.ts'
import type { Decision, Reporter } from '../../runner/core/ports.ts'
import { decisionOn, gateResult, hostileText, mixedResults, planOf } from '../support/gate-results.ts'

type Make = (write: (text: string) => void | Promise<void>) => Reporter

/** Plays a whole run to a reporter and returns what it wrote. */
export async function play(
  make: Make,
  results: readonly Result[],
  decision: Decision = decisionOn(results),
): Promise<string> {
  const written: string[] = []
  const reporter = make(text => void written.push(text))
  await reporter.onPlan?.({ environment: decision.environment, selection: [], checks: planOf(results) })
  await reporter.onProgress?.('shop: waiting, expected revision abc, found def on web')
  for (const result of results) await reporter.onResult?.(result)
  await reporter.onDecision?.(decision)
  return written.join('')
}

/** What every reporter promises. `draws` says that escape sequences of its own are allowed. */
export function reporterConformance(make: Make, { draws = false }: { readonly draws?: boolean } = {}) {
  describe('as every reporter', () => {
    test('has a name that is a word', () => {
      expect(make(() => {}).name).toMatch(/^[a-z]+$/)
    })

    test('names every check and the decision, whatever the verdict', async () => {
      const text = (await play(make, mixedResults)).replaceAll('\\', '')
      for (const { system, check } of mixedResults) {
        expect(text).toContain(system)
        expect(text).toContain(check)
      }
      expect(text).toMatch(/NO-GO|no-go|failures="1"/)
    })

    test('tells a mistake before any plan', async () => {
      const written: string[] = []
      const decision = decisionOn([], { problems: ['check home: expected a probe, found nothing'] })
      await make(text => void written.push(text)).onDecision?.(decision)
      expect(written.join('')).toContain('expected a probe, found nothing')
    })

    test('shows a result that came with the decision only', async () => {
      const decision = decisionOn([gateResult('home')], { plan: planOf([gateResult('home'), gateResult('ghost')]) })
      expect(await play(make, [gateResult('home')], decision)).toContain('ghost')
    })

    test('lets no control character of a target through', async () => {
      const results = [gateResult('home', { verdict: 'failed', reason: 'assertion', detail: hostileText })]
      const text = await play(make, results)
      const own = draws ? text.replaceAll('\r\u001b[2K', '').replace(colours, '') : text
      expect([...own].filter(character => /\p{Cc}/u.test(character) && character !== '\n')).toEqual([])
      expect(text).not.toContain('##[add-mask]')
      // In a file this is only text; on the log of a CI server it would be a command.
      if (draws) expect(text.split('\n').filter(line => line.trimStart().startsWith('::'))).toEqual([])
    })

    test('bears a detail of a megabyte and a thousand checks', async () => {
      const results = Array.from({ length: 1_000 }, (_, index) =>
        gateResult(
          `check-${index}`,
          index === 7 ? { verdict: 'failed', reason: 'contract', detail: 'x'.repeat(1_000_000) } : {},
        ),
      )
      expect(await play(make, results)).toContain('check-999')
    })

    test('fails when it cannot write, so that it can be told', async () => {
      const run = async () => play(() => make(() => Promise.reject(new Error('disk full'))), mixedResults)
      if (!draws) await expect(run()).rejects.toThrow('disk full')
    })

    test('says the same twice', async () => {
      expect(await play(make, mixedResults)).toBe(await play(make, mixedResults))
    })
  })
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
