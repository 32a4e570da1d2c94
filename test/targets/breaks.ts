import { nearest } from '../../runner/core/nearest.ts'

/** `COD-14,THR-04`, spread over the systems that can break each; a message for the first that nobody can. */
export function spreadBreaks(
  given: string | undefined,
  breakable: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, readonly string[]> | string {
  const ids = (given ?? '').split(',').flatMap(id => id.trim().toUpperCase() || [])
  const all = Object.values(breakable).flat()
  if (given !== undefined && ids.length === 0)
    return `expected --break with ids of promises such as ${all[0]}, found none (an unset variable?); leave it out to break nothing`
  const stranger = ids.find(id => !all.includes(id))
  if (stranger !== undefined) {
    const near = nearest(stranger, all)
    const siblings = all.filter(id => id.startsWith(stranger.replace(/\d*$/, '')))
    const known = (siblings.length > 0 ? siblings : all).toSorted().join(', ')
    return `expected --break with ids of promises that a reference system can break, found '${stranger}'${near ? ` (${near}?)` : ''}; known: ${known}`
  }
  return new Map(Object.entries(breakable).map(([system, own]) => [system, ids.filter(id => own.includes(id))]))
}
