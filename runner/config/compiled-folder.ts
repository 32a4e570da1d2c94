import { statSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

/**
 * Where Node keeps what it compiled, for what else may outlive this process. Undefined when it keeps nothing, or when somebody else could
 * put something there: it may lie among the temporary files of all, and what is read from it is run.
 */
export function compiledFolder(folder = getCompileCacheDir()): string | undefined {
  return folder !== undefined && isOurs(folder) && isOurs(dirname(folder)) ? folder : undefined
}

function isOurs(folder: string): boolean {
  try {
    const { uid, mode } = statSync(folder)
    const own = userInfo().uid
    // Windows knows no numbers of users, and has a folder of temporary files for each.
    return own === -1 || (uid === own && (mode & 0o002) === 0)
  } catch {
    return false
  }
}
