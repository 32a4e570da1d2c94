/** Reads what nobody may see. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

export interface SecretSource {
  readonly input: NodeJS.ReadStream
  /** Where the question is asked: standard output may be read by a program. */
  readonly output: NodeJS.WritableStream
  readonly signal: AbortSignal
}

/** On a terminal the same line for each question, without an echo, else undefined; from elsewhere all that comes, without the line end. */
export async function readSecret(questions: readonly string[], source: SecretSource): Promise<string | undefined> {
  if (!source.input.isTTY) return (await text(source.input)).replace(/\r?\n$/, '')
  const answers: string[] = []
  for (const question of questions) answers.push(await ask(question, source))
  return answers.every(answer => answer === answers[0]) ? answers[0] : undefined
}

async function ask(question: string, { input, output, signal }: SecretSource): Promise<string> {
  output.write(question)
  // Readline moves about in the line as it is used to; what it would draw goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  const interrupted = new AbortController()
  lines.on('SIGINT', () => interrupted.abort('SIGINT'))
  lines.on('close', () => interrupted.abort('the end of the input'))
  try {
    return await lines.question('', { signal: AbortSignal.any([signal, interrupted.signal]) })
  } finally {
    lines.close()
    output.write('\n')
  }
}
