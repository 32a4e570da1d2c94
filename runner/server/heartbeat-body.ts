/** Reads what a job sends. Nothing is refused: what is no fact is kept as text, so that a signal is never lost over its form. */

export interface Signal {
  readonly facts: Readonly<Record<string, number>>
  readonly text?: string
  /** Names that are no facts: their values are no numbers. They stand in the text. */
  readonly ignored: readonly string[]
}

const mostFacts = 50
const mostText = 2_000

/** JSON with numbers by name, the fields of a form (`curl -d disk_used=0.7`), or text. */
export function readSignal(body: unknown): Signal {
  const given = typeof body === 'string' ? body.trim() : ''
  if (given === '') return { facts: {}, ignored: [] }
  const fields = fieldsOf(given)
  if (fields === undefined) return { facts: {}, ignored: [], text: shortened(given) }
  const entries = Object.entries(fields).map(([name, value]) => [name, numberOf(value)] as const)
  const facts = entries.filter(([name, value], index) => isName(name) && !Number.isNaN(value) && index < mostFacts)
  const ignored = entries.map(([name]) => name).filter(name => !facts.some(([known]) => known === name))
  const text = ignored.map(name => `${name}: ${words(fields[name])}`).join('\n')
  return { facts: Object.fromEntries(facts), ignored, ...(text === '' ? {} : { text: shortened(text) }) }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch {
      return undefined
    }
  }
  const isForm = /^[a-z][a-z0-9_]*=[^\s=]*(?:&[a-z][a-z0-9_]*=[^\s=]*)*$/i.test(text)
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : undefined
}

const isName = (name: string) => /^[a-z][a-z0-9_]{0,63}$/i.test(name)

/** A number, also where a shell has put it between quotes. */
function numberOf(value: unknown): number {
  if (typeof value === 'boolean') return Number(value)
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : Number.NaN
}

const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** Of a long log the end says why it ended. */
const shortened = (text: string) => (text.length <= mostText ? text : `…${text.slice(1 - mostText)}`)
