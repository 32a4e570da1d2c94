import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createTypeStripper } from './strip-types.ts'

/** Our own program: `runner/` in a checkout, `dist/runner/` in the package. */
const program = dirname(dirname(fileURLToPath(import.meta.url)))
const own = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const door = pathToFileURL(`${program}${sep}index${own}`).href

export interface ImportedGeneration {
  readonly module: Readonly<Record<string, unknown>>
  /** Files of the user that were loaded, to watch and to search for the line of a mistake. */
  readonly files: readonly string[]
}

/**
 * Imports the user's files afresh: each gets `?g=<generation>`, so a changed file is read again with everything that imports it.
 * Their TypeScript is always a module, even below a CommonJS package.json, and `vedette` is the running program, never a second copy.
 * Rejects with what the user's code throws; `files` then holds what was loaded before.
 */
export async function importGeneration(
  file: string,
  generation: number,
  files: string[] = [],
): Promise<ImportedGeneration> {
  using stripper = createTypeStripper()
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const byUser = context.parentURL !== undefined && isUsers(context.parentURL)
      if (byUser && (specifier === 'vedette' || specifier === '#vedette')) return { url: door, shortCircuit: true }
      const found = next(specifier, context)
      return isUsers(found.url) && !found.url.includes('?') ? { ...found, url: `${found.url}?g=${generation}` } : found
    },
    load(url, context, next) {
      if (!isUsers(url)) return next(url, context)
      const path = fileURLToPath(url)
      files.push(path)
      if (!/\.m?ts$/.test(path)) return next(url, context)
      const source = stripper.strip(readFileSync(path, 'utf8'))
      if (source !== undefined) return { format: 'module', source, shortCircuit: true }
      return next(url, { ...context, format: 'module-typescript' })
    },
  })
  try {
    const module = (await import(`${pathToFileURL(file).href}?g=${generation}`)) as Record<string, unknown>
    return { module, files }
  } finally {
    hooks.deregister()
  }
}

function isUsers(url: string): boolean {
  if (!url.startsWith('file:')) return false
  const path = fileURLToPath(url)
  return !path.startsWith(program + sep) && !path.includes(`${sep}node_modules${sep}`)
}
