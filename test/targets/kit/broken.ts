/** Says whether a promise is broken. Asking for an id that the system cannot break is a mistake of the code. */
export type Broken<Id extends string> = (id: Id) => boolean

/**
 * The promises that a system breaks from its start.
 *
 * @throws when `given` has an id that is not in `breakable`: a proof with a misspelled fault would prove nothing.
 */
export function chooseBroken<Id extends string>(breakable: readonly Id[], given: readonly string[] = []): Broken<Id> {
  const strangers = given.filter(id => !breakable.some(known => known === id))
  if (strangers.length > 0) {
    throw new Error(`expected ids out of ${breakable.join(', ')}; found ${strangers.join(', ')}`)
  }
  const chosen: ReadonlySet<string> = new Set(given)
  return id => chosen.has(id)
}
