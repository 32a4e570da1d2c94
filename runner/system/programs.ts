/** Programs on PATH. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The folders of PATH in their order. */
export const pathFolders = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  (env['PATH'] ?? '').split(delimiter).filter(Boolean)

/** The path of a program, if there is one. */
export const findProgram = (env: Readonly<Record<string, string | undefined>>, name: string): string | undefined =>
  pathFolders(env)
    .map(folder => join(folder, name))
    .find(isExecutable)

/** Programs of services too: Debian keeps them in a folder that is not on everybody's PATH. */
export const findService = (env: Readonly<Record<string, string | undefined>>, name: string): string | undefined =>
  findProgram({ PATH: [...pathFolders(env), '/usr/sbin'].join(delimiter) }, name)
