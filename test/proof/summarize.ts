/** The last lines of a proof, and whether it is good. Pure. */

import { isProven, type Open, type Row } from './prove.ts'

/** `known`: what is declared to stay open. Anything else that is open is a hole; so is a declaration for what was proven. */
export function summarize(
  rows: readonly Row[],
  known: Readonly<Record<string, Open>>,
): { readonly text: string; readonly isGood: boolean } {
  const open = rows.filter(row => !isProven(row))
  const holes = open.filter(({ id }) => !(id in known))
  const declared = open.filter(({ id }) => id in known)
  const lines = [
    ...declared.map(({ id, note }) => `cannot be proven here: ${id}: ${note}`),
    ...holes.map(row => `not proven: ${row.id} healthy ${row.healthy}, broken ${row.broken}: ${row.note ?? ''}`),
  ]
  const count = `${rows.length - open.length} of ${rows.length} promises proven`
  const also = declared.length > 0 ? `, ${declared.length} cannot be proven here` : ''
  return { text: [...lines, count + also].join('\n'), isGood: rows.length > 0 && holes.length === 0 }
}
