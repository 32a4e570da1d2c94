/** Text of targets and tests, made safe for where it is shown. */

import { stripVTControlCharacters } from 'node:util'
import { formatDuration } from '../core/duration.ts'
import { checkKey, type Decision } from '../core/ports.ts'

/** The words at the end of every report. */
export const verdictWords: Readonly<Record<Decision['decision'], string>> = {
  go: 'GO',
  'no-go': 'NO-GO',
  'cannot-tell': 'CANNOT TELL',
}

/**
 * Without escape sequences and control characters (line breaks and tabs stay), which could redraw a terminal, and without what a CI
 * log reads as a command.
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/\p{Cc}/gu, character => (character === '\n' || character === '\t' ? character : '\ufffd'))
    .replaceAll('##[', '# #[')

/** One line: breaks and runs of blanks become one blank. */
export const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ').trim()

/** `12 passed, 1 degraded, 2 failed`, without what there is none of. */
export function tally(results: Decision['results']): string {
  const parts = (['passed', 'degraded', 'failed', 'unknown'] as const).flatMap(verdict => {
    const count = results.filter(result => result.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return parts.join(', ') || 'no results'
}

const worst = ['failed', 'unknown', 'degraded', 'passed'] as const

/** Results that did not simply pass, the worst first. */
export const troubled = (results: Decision['results']): Decision['results'] =>
  results
    .filter(result => result.verdict !== 'passed')
    .toSorted((a, b) => worst.indexOf(a.verdict) - worst.indexOf(b.verdict))

/** Reasons after the first that no result tells by itself. */
export function notes({ reasons, results }: Decision): readonly string[] {
  const keys = troubled(results).map(checkKey)
  return reasons.slice(1).filter(reason => !keys.some(key => reason.replace(/^warning: /, '').startsWith(`${key} `)))
}

/** `staging, revision abc, 12 passed in 3.2s`. */
export function summary(decision: Decision): string {
  const live = [...new Set(Object.values(decision.revisions).flatMap(({ before, after }) => after ?? before ?? []))]
  return [
    ...(decision.environment === '' ? [] : [oneLine(decision.environment)]),
    ...(live.length === 0 ? [] : [`revision ${live.map(oneLine).join(', ')}`]),
    `${tally(decision.results)} in ${formatDuration(decision.duration)}`,
  ].join(', ')
}
