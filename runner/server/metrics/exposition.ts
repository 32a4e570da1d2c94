/**
 * Prometheus' text form, written at each scrape out of what is known at that moment. A client library keeps an object for every series
 * between two scrapes; with thirty series a check that is most of the memory of a monitor.
 */

export interface Family<Subject> {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  /** The value of a subject; none while there is nothing to say; several, each with its further labels. */
  of(subject: Subject): number | undefined | readonly Sample[]
}

export type Labels = Readonly<Record<string, string>>
export type Sample = readonly [labels: Labels, value: number]

/** A subject with the labels of all its series, as `labelText` makes them: they are joined once and not for each series. */
export interface Labelled<Subject> {
  readonly labels: string
  readonly subject: Subject
}

/** `system="shop",check="health"`, without braces. */
export const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')

const escaped = (text: string) =>
  /["\\\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"') : text

/** The families one after the other, in pieces, so that a scrape of thousands of checks never stands in memory as a whole. */
export function* exposition<Subject>(
  families: readonly Family<Subject>[],
  subjects: readonly Labelled<Subject>[],
): Generator<string> {
  for (const family of families) {
    let text = `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`
    for (const { labels, subject } of subjects) {
      text += linesOf(family.name, labels, family.of(subject))
      if (text.length < pieceSize) continue
      yield text
      text = ''
    }
    yield `${text}\n`
  }
}

const pieceSize = 64 * 1024

function linesOf(name: string, labels: string, value: ReturnType<Family<unknown>['of']>): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return line(name, labels, value)
  return value
    .map(([further, each]) => line(name, [labels, labelText(further)].filter(Boolean).join(','), each))
    .join('')
}

const line = (name: string, labels: string, value: number) =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${valueText(value)}\n`

const valueText = (value: number) =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
