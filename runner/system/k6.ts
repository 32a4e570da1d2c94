/** Finding k6. One that answers its version was started once; a file with the right name says little. */

import { execFile } from 'node:child_process'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { isExecutable, pathFolders } from './programs.ts'
import { packageFolder } from './version.ts'

/** Versions that are known to keep the contracts we rely on (options, summary data, exit codes). */
export const k6Range = '>=2.0.0 <3'
/** The version that `vedette setup` builds. */
export const k6Version = '2.2.0'

export interface FoundK6 {
  readonly path: string
  /** Without the `v`: `2.2.0`. */
  readonly version: string
}

/** Why there is no k6 that fits, with what to do about it. */
export interface NoK6 {
  readonly missing: string
}

export interface K6Search {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folders in which set-up leaves what it built, before PATH. */
  readonly caches: readonly string[]
}

export const isK6 = (answer: FoundK6 | NoK6): answer is FoundK6 => !('missing' in answer)

/** The k6 of this machine: VEDETTE_K6 (a path; never falls through), the caches of set-up, then PATH. */
export async function findK6({ env, caches }: K6Search): Promise<FoundK6 | NoK6> {
  const explicit = env['VEDETTE_K6']
  const candidates = explicit ? [explicit] : [...caches, ...pathFolders(env)].map(folder => join(folder, 'k6'))
  const refused: string[] = []
  for (const path of candidates.filter(isExecutable)) {
    const version = await versionOf(path)
    if (version !== undefined && fits(version)) return { path, version }
    refused.push(version === undefined ? `${path}, which does not answer \`version\`` : `version ${version} at ${path}`)
  }
  const where = explicit ? ` at VEDETTE_K6=${explicit}` : ''
  return {
    missing: `expected k6 ${k6Range}${where}, found ${refused.join(', ') || 'none'}; \`vedette setup k6\` builds ${k6Version} (it needs Go), or set VEDETTE_K6 to the path of one`,
  }
}

/** Where set-up keeps k6: beside the repository's own files in a checkout, in the data folder of an installed vedette. */
export function k6Folder(dataFolder: string): string {
  return isCheckout() ? join(packageFolder, '.cache', 'k6') : join(dataFolder, 'cache', 'k6')
}

/** True in this repository, false for a package below somebody's node_modules. */
export const isCheckout = (): boolean => !packageFolder.includes(`${sep}node_modules${sep}`)

/** `2.2.0` out of `k6 v2.2.0 (go1.26.8, linux/amd64)`; undefined when the program fails or says something else. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['version'], { timeout: 10_000, killSignal: 'SIGKILL', env: {} })
    return /\bk6(?:\.exe)? v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1]
  } catch {
    return undefined
  }
}

const fits = (version: string) => Number(version.split('.')[0]) === 2
