/**
 * The selection grammar: `system`, `system/check`, `@tag`, `COD-21`; several are united; `!` before one excludes. `*` stands for
 * any part of a name.
 */

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

export interface Selected<T> {
  readonly selected: readonly T[]
  /** Terms that fit nothing, each with a sentence. */
  readonly problems: readonly string[]
}

/** The checks that the terms mean. Without terms (or with exclusions only): all, but those that want to be named. */
export function select<T extends Selectable>(checks: readonly T[], terms: readonly string[]): Selected<T> {
  const excludes = terms.filter(term => term.startsWith('!')).map(term => term.slice(1))
  const includes = terms.filter(term => !term.startsWith('!'))
  const problems = [...includes, ...excludes]
    .filter(term => !checks.some(check => fits(check, term)))
    .map(term => nothing(checks, term))
  const selected = checks.filter(
    check =>
      (includes.length === 0
        ? check.smoke
        : includes.some(term => fits(check, term) && (check.smoke || names(check, term)))) &&
      !excludes.some(term => fits(check, term)),
  )
  return { selected, problems }
}

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
