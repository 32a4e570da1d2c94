/** Secrets leave no trace in what we keep: they are replaced by value, in every spelling in which they travel. */

/** Replaces secrets in text. Never throws. */
export type Scrub = (text: string) => string

const mask = '[secret]'
// A shorter value would fit half of any text; loading warns about it instead.
export const shortestSecret = 4

/**
 * A function that replaces the given values by `[secret]`: as they are, URL-encoded (both kinds), JSON-encoded (once and twice),
 * HTML-escaped, and in base64 at every alignment, so that `user:password` of a Basic header is covered too. Values shorter than
 * four characters are left alone.
 */
export function scrubber(values: readonly string[]): Scrub {
  const spellings = [...new Set(values.filter(value => value.length >= shortestSecret).flatMap(spellingsOf))]
    // The longest first, so that no part of a longer spelling stays behind.
    .toSorted((a, b) => b.length - a.length)
  if (spellings.length === 0) return text => text
  const pattern = new RegExp(spellings.map(literal).join('|'), 'g')
  return text => text.replace(pattern, mask)
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

function spellingsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const url = encodeURIComponent(value)
  const html = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    url.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()),
    new URLSearchParams([['', value]]).toString().slice(1),
    new URLSearchParams([['', value]]).toString().slice(1).replaceAll('+', '%20'),
    encodeURI(value),
    html,
    html.replace(/"/g, '&quot;').replace(/'/g, '&#39;'),
    ...base64Of(value),
  ].filter(spelling => spelling.length >= shortestSecret)
}

/**
 * In base64 the same bytes look different at each of three alignments; the characters at the edges also hold bits of the
 * neighbours, so only those in between are sure.
 */
function base64Of(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value)
  return [0, 1, 2].flatMap(before => {
    const padded = new Uint8Array(before + bytes.length)
    padded.set(bytes, before)
    const text = btoa(String.fromCharCode(...padded)).replace(/=+$/, '')
    const start = before === 0 ? 0 : before + 1
    const inner = text.slice(start, (before + bytes.length) % 3 === 0 ? undefined : -1)
    // Too short a piece would fit other data by chance.
    return inner.length < 6 ? [] : [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
