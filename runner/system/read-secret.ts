/** Reads what nobody may see. */

import { on } from 'node:events'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

export interface SecretSource {
  readonly input: NodeJS.ReadStream
  /** Where the question is asked: standard output may be read by a program. */
  readonly output: NodeJS.WritableStream
  readonly signal: AbortSignal
}

/** On a terminal the same line for each question, without an echo; from elsewhere all that comes, without the line end. */
export async function readSecret(
  questions: readonly string[],
  { input, output, signal }: SecretSource,
): Promise<{ readonly secret: string } | { readonly found: string }> {
  if (!input.isTTY) return { secret: (await text(input)).replace(/\r?\n$/, '') }
  // Readline moves about in the line as it is used to; what it would draw goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // One for all questions, before the first of them is seen: without it the terminal echoes what is typed, also between two lines.
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  const interrupted = new AbortController()
  lines.on('SIGINT', () => interrupted.abort('SIGINT'))
  lines.on('close', () => interrupted.abort('the end of the input'))
  const ended = AbortSignal.any([signal, interrupted.signal])
  const typed = on(lines, 'line', { signal: ended })
  const answers: string[] = []
  try {
    for (const question of questions) {
      output.write(question)
      const { value } = (await typed.next()) as IteratorYieldResult<[string]>
      answers.push(value[0])
      output.write('\n')
    }
  } catch (error) {
    output.write('\n')
    if (ended.aborted) return { found: `an interruption (${ended.reason})` }
    throw error
  } finally {
    lines.close()
  }
  return answers.every(answer => answer === answers[0]) ? { secret: answers[0]! } : { found: 'two' }
}
