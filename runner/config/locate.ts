import { readFileSync } from 'node:fs'
import type { Problem } from '../core/contracts.ts'

/**
 * Adds file and line to a mistake: the schema knows only names, so the names are looked up in the user's sources. The last name that
 * is found decides; a mistake whose names stand nowhere stays without a place.
 */
export function locate(problem: Problem, files: readonly string[]): Problem {
  if (problem.file !== undefined) return problem
  const named = problem.path.map(
    part => /^(?:system|check|playwright|load|objective|requirement|notifier) (.+)$/.exec(part)?.[1],
  )
  const wanted = named.filter(name => name !== undefined)
  if (wanted.length === 0) return problem
  const sources = files.map(file => ({ file, lines: readFileSync(file, 'utf8').split('\n') }))
  for (const name of wanted.toReversed()) {
    const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``]
    for (const { file, lines } of sources) {
      const start = lines.findIndex(line => quoted.some(text => line.includes(text)))
      if (start === -1) continue
      return { ...problem, file, line: 1 + lineOfKey(lines, start, problem.path.at(-1)!) }
    }
  }
  return problem
}

/** The line of the option below the name, when it stands within the next screenful. */
function lineOfKey(lines: readonly string[], start: number, key: string): number {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return start
  const pattern = new RegExp(`(?:^|[\\s{,'"])${key}['"]?\\s*:`)
  const offset = lines.slice(start, start + 40).findIndex(line => pattern.test(line))
  return offset === -1 ? start : start + offset
}
