/** Text that is HTML already. Everything else is escaped where it is put into a page. */
export interface Safe {
  readonly html: string
}

export type Content = Safe | string | number | false | null | undefined | readonly Content[]

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that is safe between tags and in quoted attributes. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, mark => marks[mark]!)

/** Joins a template, escaping every value that is not HTML already. Attributes must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Safe {
  let text = strings[0]!
  for (let index = 0; index < values.length; index++) text += show(values[index]) + strings[index + 1]!
  return { html: text }
}

/** HTML made elsewhere in this folder. Never give it text that came from outside. */
export const raw = (text: string): Safe => ({ html: text })

function show(value: Content): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  if (isList(value)) return value.map(show).join('')
  return value.html
}

const isList = (value: Safe | readonly Content[]): value is readonly Content[] => Array.isArray(value)
