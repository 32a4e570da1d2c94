/** What k6 says on standard error, with `--log-format json`: its complaints, and the exceptions of the script. */

export interface K6Log {
  add(line: string): void
  /** The first error that is not an iteration's exception. */
  readonly complaint: string | undefined
  readonly exceptions: { readonly count: number; readonly first?: string }
  /** Distinct warnings, at most ten. */
  readonly warnings: readonly string[]
}

const mostWarnings = 10

export function createK6Log(): K6Log {
  let complaint: string | undefined
  let lastWords: string | undefined
  let count = 0
  let first: string | undefined
  const warnings = new Set<string>()
  return {
    add(line) {
      const entry = parseEntry(line)
      if (entry === undefined) {
        if (line.trim() !== '') lastWords ??= line.trim().slice(0, 500)
        return
      }
      const message = firstLines(entry.msg ?? '', entry.error)
      if (entry.source === 'console') return
      if (entry.source === 'stacktrace' && entry.scenario !== undefined) {
        count++
        first ??= message
      } else if (entry.level === 'error' || entry.level === 'fatal' || entry.level === 'panic') {
        // Crossed thresholds are judged from the summary.
        if (!message.startsWith('thresholds on metrics')) complaint ??= message
      } else if (entry.level === 'warning' && warnings.size < mostWarnings) warnings.add(message)
    },
    get complaint() {
      return complaint ?? lastWords
    },
    get exceptions() {
      return { count, ...(first === undefined ? {} : { first }) }
    },
    get warnings() {
      return [...warnings]
    },
  }
}

interface Entry {
  readonly level?: string
  readonly msg?: string
  readonly error?: unknown
  readonly source?: string
  readonly scenario?: string
}

function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined
  }
}

/** The message and where it happened: a stack's first frame is enough. */
function firstLines(message: string, error: unknown): string {
  const lines = message
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const text = lines.slice(0, 2).join(' ')
  return `${text}${error === undefined ? '' : `: ${String(error)}`}`.slice(0, 500)
}
