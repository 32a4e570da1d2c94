/** Says whether a promise is broken. Asking for an id that the system cannot break is a mistake of the code. */
export type Broken<Id extends string> = (id: Id) => boolean

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
type Padded<Number extends number> = Number extends Digit ? `0${Number}` : `${Number}`

/** Ids of promises by their numbers: `promises('AGT', [1, 2, 30])` are `AGT-01`, `AGT-02` and `AGT-30`. */
export const promises = <const Prefix extends string, const Number extends number>(
  prefix: Prefix,
  numbers: readonly Number[],
): readonly `${Prefix}-${Padded<Number>}`[] =>
  numbers.map(number => `${prefix}-${String(number).padStart(2, '0')}` as `${Prefix}-${Padded<Number>}`)

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
