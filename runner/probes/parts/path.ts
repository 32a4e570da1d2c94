/** What is asked of a system: one of its paths, or a whole address anywhere. */

import { nameOf, show } from '../../config/options.ts'
import type { Problem } from '../../core/contracts.ts'

type Scheme = 'http' | 'ws'

/** Whether it names the scheme, with or without TLS. */
export const isWhole = (path: unknown, scheme: Scheme): boolean => new RegExp(`^${scheme}s?://`, 'i').test(nameOf(path))

/** `expected`: what it may be, with an example. */
export function pathProblems(path: unknown, scheme: Scheme, expected: string): readonly Problem[] {
  const isPath = nameOf(path).startsWith('/') && !nameOf(path).startsWith('//')
  if (isPath || (isWhole(path, scheme) && URL.canParse(nameOf(path)))) return []
  return [{ level: 'error', path: [], message: `expected ${expected}, found ${show(path)}` }]
}
