import { closeSync, openSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Problem } from '../core/contracts.ts'
import type { Configuration } from '../core/definitions.ts'

/** Files that definitions name and nobody could read: told before anything runs, not by the first run that wants them. */
export function unreadableFiles({ systems }: Configuration): readonly Problem[] {
  return systems.flatMap(system => {
    const file = (path: readonly string[], what: string, at: string, folders = false): readonly Problem[] => {
      const found = troubleAt(at, folders)
      return found === undefined
        ? []
        : [{ level: 'error', path: [`system ${system.id}`, ...path], message: `expected ${what}, found ${found}` }]
    }
    return [
      ...system.journeys.flatMap(source => [
        ...file(['playwright'], 'a folder or file with Playwright tests', source.dir, true),
        ...(source.config === undefined
          ? []
          : file(['playwright', 'config'], 'a Playwright configuration', source.config)),
      ]),
      ...system.checks.flatMap(check =>
        (check.probe?.files ?? []).flatMap(name =>
          file([`check ${check.id}`, 'probe'], 'a file', resolve(system.folder, name)),
        ),
      ),
      ...system.load.flatMap(part => file([`load ${part.id}`, 'script'], 'a k6 script', part.script)),
    ]
  })
}

/** What stands in the way of reading, in words; it is opened, since only that shows whether this user may. */
function troubleAt(file: string, folders: boolean): string | undefined {
  try {
    const stat = statSync(file)
    if (stat.isDirectory() && !folders) return `a folder at ${file}; name the file in it`
    // Nobody can tell whether what is neither will ever answer: opening a pipe waits for its other end.
    if (stat.isFile() || stat.isDirectory()) closeSync(openSync(file, 'r'))
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return `nothing at ${file}; correct the path, which begins at the folder of the system`
    return code === 'EACCES' ? `that this user may not read ${file}; give it the right` : message
  }
}
