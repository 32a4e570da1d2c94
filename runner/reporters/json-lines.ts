import type { Result } from '../core/contracts.ts'
import { checkKey, type Reporter } from '../core/ports.ts'

/** Where a report goes: standard output or a file. */
export type Write = (text: string) => void | Promise<void>

/**
 * One JSON object a line: each result as soon as it is there, and the decision (without its results) as the last line. A report
 * without a line that has `exitCode` was cut short.
 */
export function jsonLines({ write }: { readonly write: Write }): Reporter {
  const told = new Set<string>()
  const line = async (result: Result) => {
    told.add(checkKey(result))
    await write(jsonLine(result))
  }
  return {
    name: 'json',
    onResult: line,
    async onDecision({ results, ...decision }) {
      // What is missing gets its result when all is judged.
      for (const result of results) if (!told.has(checkKey(result))) await line(result)
      await write(jsonLine(decision))
    },
  }
}

/** On a terminal a C1 control character acts also inside JSON, and a CI log reads `##[` anywhere as a command. */
const jsonLine = (value: unknown) =>
  `${JSON.stringify(value)
    .replace(/\p{Cc}/gu, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('##[', '#\\u0023[')}\n`
