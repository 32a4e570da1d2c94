/**
 * The selection grammar: `system`, `system/check`, `@tag`, `COD-21`; several are united; `!` before one excludes. `*` stands for
 * any part of a name.
 */

import type { Check, System } from './definitions.ts'
import { nearest } from './nearest.ts'

/** What can be selected: a check with its system. */
export interface Selectable {
  readonly system: string
  readonly check: string
  readonly tags: readonly string[]
  readonly covers: readonly string[]
  /** False: selected only when it is named. */
  readonly smoke: boolean
}

/** A check as the grammar sees it. */
export const selectable = (system: System, check: Check): Selectable => ({
  system: system.id,
  check: check.id,
  tags: check.tags,
  covers: check.covers,
  smoke: check.smoke,
})

export interface Selected<T> {
  readonly selected: readonly T[]
  /** Terms that fit nothing, each with a sentence. */
  readonly problems: readonly string[]
}

/** The checks that the terms mean. Without terms (or with exclusions only): all, but those that want to be named. */
export function select<T extends Selectable>(checks: readonly T[], terms: readonly string[]): Selected<T> {
  const { includes, excludes } = sorted(terms)
  const problems = unfitting(checks, terms).map(({ message }) => message)
  const selected = checks.filter(
    check =>
      (includes.length === 0
        ? check.smoke
        : includes.some(term => fits(check, term) && (check.smoke || names(check, term)))) &&
      !excludes.some(term => fits(check, term)),
  )
  return { selected, problems }
}

/** The same for one check, wherever the terms mean all that they fit. */
export function isMeant(check: Selectable, terms: readonly string[]): boolean {
  const { includes, excludes } = sorted(terms)
  return (
    (includes.length === 0 || includes.some(term => fits(check, term))) && !excludes.some(term => fits(check, term))
  )
}

/** Terms that fit none of the checks, each with a sentence. */
export const unfitting = (checks: readonly Selectable[], terms: readonly string[]) =>
  terms
    .map(term => ({ term, bare: term.replace(/^!/, '') }))
    .filter(({ bare }) => !checks.some(check => fits(check, bare)))
    .map(({ term, bare }) => ({ term, message: nothing(checks, bare) }))

/** Whether the terms can mean a journey of this system, so that its Playwright projects must be listed. */
export function mayMeanJourneys(terms: readonly string[], system: System, systems: readonly System[]): boolean {
  if (terms.every(term => term.startsWith('!'))) return true
  return terms.some(term => {
    const [head = '', ...rest] = term.replace(/^!/, '').split('/')
    if (!systems.some(other => other.id === head)) return true
    return head === system.id && !system.checks.some(check => check.id === rest.join('/'))
  })
}

/** A term as it is written within a system, where the id of a check stands for itself: `health` is `shop/health`. */
export function inSystem(term: string, system: string, promises: readonly string[]): string {
  const [, not = '', bare = ''] = /^(!?)(.*)$/.exec(term) ?? []
  const stands = bare.startsWith('@') || bare === system || bare.startsWith(`${system}/`) || promises.includes(bare)
  return stands ? term : `${not}${system}/${bare}`
}

const sorted = (terms: readonly string[]) => ({
  includes: terms.filter(term => !term.startsWith('!')),
  excludes: terms.filter(term => term.startsWith('!')).map(term => term.slice(1)),
})

function fits(check: Selectable, term: string): boolean {
  if (term.startsWith('@')) return check.tags.includes(term.slice(1)) || check.covers.includes(term.slice(1))
  return (
    check.covers.includes(term) ||
    wildcard(term).test(check.system) ||
    wildcard(term).test(`${check.system}/${check.check}`)
  )
}

/** Whether the term means the check itself, not merely its system or a tag of many. */
const names = (check: Selectable, term: string) =>
  check.covers.includes(term) || (term.includes('/') && fits(check, term))

const wildcard = (term: string) =>
  new RegExp(
    `^${term
      .split('*')
      .map(part => part.replace(/[.+?^$()[\]{}|\\]/g, '\\$&'))
      .join('.*')}$`,
  )

function nothing(checks: readonly Selectable[], term: string): string {
  const known = [
    ...new Set(
      checks.flatMap(check => [
        check.system,
        `${check.system}/${check.check}`,
        ...check.covers,
        ...check.tags.map(tag => `@${tag}`),
      ]),
    ),
  ]
  const close = nearest(term, known)
  return `expected a system, system/check, @tag or requirement, found '${term}', which fits no check${close ? `; did you mean '${close}'?` : '; `vedette list` shows all'}`
}
