/** Screenshots, traces and logs of runs: files below one folder, within a budget. Trouble is logged and never reaches a run. */

import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, realpath, rm, rmdir } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import type { Artifact, Clock } from '../core/contracts.ts'
import type { WatchEvent } from '../core/ports.ts'
import { createPins } from './artifacts-pins.ts'

export interface ArtifactLog {
  warn(fields: object, message: string): void
}

export interface ArtifactStoreOptions {
  /** Made when missing, for its owner alone. */
  readonly folder: string
  readonly budgetBytes: number
  readonly clock: Clock
  readonly log: ArtifactLog
}

export interface ArtifactStore {
  /** Keeps `data`; the oldest go when the budget is spent. Undefined: it was not kept, and the log says why. Never rejects. */
  put(kind: Artifact['kind'], name: string, contentType: string, data: Uint8Array): Promise<Artifact | undefined>
  /** Undefined for what is not there, or not inside the folder. */
  open(path: string): Promise<Readable | undefined>
  read(path: string): Promise<Buffer | undefined>
  /**
   * Tells what happened, so that the first failure of a series, the last pass and every latest change of health stay longest:
   * `watch.on(artifacts.follow)`.
   */
  readonly follow: (event: WatchEvent) => void
  stats(): { readonly bytes: number; readonly files: number; readonly budgetBytes: number }
  /** Resolves when all that was asked for is done. */
  settled(): Promise<void>
}

interface Kept {
  readonly bytes: number
  readonly at: number
}

const nameLength = 100

/** Opens the folder and counts what is in it. Never rejects: without a folder nothing is kept. */
export async function createArtifactStore(options: ArtifactStoreOptions): Promise<ArtifactStore> {
  const { clock, log, budgetBytes } = options
  const folder = resolve(options.folder)
  const files = new Map<string, Kept>()
  let bytes = 0
  let made = 0
  let queue: Promise<unknown> = Promise.resolve()

  const remember = (path: string, kept: Kept) => {
    files.set(path, kept)
    bytes += kept.bytes
  }
  const forget = (path: string) => {
    bytes -= files.get(path)?.bytes ?? 0
    files.delete(path)
  }
  /** One after the other, so that two never spend the same room. */
  const inTurn = <Value>(work: () => Promise<Value>, trouble: string): Promise<Value | undefined> => {
    const turn = queue.then(work).catch((error: unknown) => {
      log.warn({ err: error, folder }, trouble)
      return undefined
    })
    queue = turn
    return turn
  }
  const pins = createPins({ folder, save: work => void inTurn(work, 'the pins of artifacts were not saved') })

  const makeRoom = async (wanted: number) => {
    if (wanted > budgetBytes) {
      throw new Error(
        `expected at most ${budgetBytes} bytes, found ${wanted}: raise retention.artifacts to keep files of this size`,
      )
    }
    if (bytes + wanted <= budgetBytes) return
    const pinned = pins.paths()
    const oldestFirst = [...files].sort(
      ([a, one], [b, other]) => Number(pinned.has(a)) - Number(pinned.has(b)) || one.at - other.at,
    )
    for (const [path] of oldestFirst) {
      if (bytes + wanted <= budgetBytes) return
      await rm(join(folder, path), { force: true })
      forget(path)
      // The last one of a day takes the day's folder along.
      await rmdir(dirname(join(folder, path))).catch(() => {})
    }
  }
  const write = async (name: string, data: Uint8Array): Promise<string> => {
    const now = clock.now()
    const day = new Date(now).toISOString().slice(0, 10)
    await mkdir(join(folder, day), { recursive: true, mode: 0o700 })
    if (!(await lstat(join(folder, day))).isDirectory()) {
      throw new Error(`expected ${join(folder, day)} to be a folder, found a link: remove it`)
    }
    for (;;) {
      const path = `${day}/${now.toString(36)}-${(made++).toString(36)}-${safeName(name)}`
      try {
        await writeNew(join(folder, path), data)
      } catch (error) {
        // Another process, or this one before a restart, had the same moment.
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
        throw error
      }
      remember(path, { bytes: data.byteLength, at: now })
      return path
    }
  }
  const inside = async (path: string): Promise<string | undefined> => {
    try {
      const [root, real] = await Promise.all([realpath(folder), realpath(resolve(folder, path))])
      return real.startsWith(root + sep) ? real : undefined
    } catch {
      return undefined
    }
  }
  const handleOf = async (path: string) => {
    const real = await inside(path)
    if (real === undefined) return undefined
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
    if (handle === undefined || (await handle.stat()).isFile()) return handle
    await handle.close()
    return undefined
  }

  await inTurn(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const [path, kept] of await list(folder)) remember(path, kept)
    await pins.load()
    await makeRoom(0)
  }, `artifacts cannot be kept in ${folder}`)

  return {
    put: (kind, name, contentType, data) =>
      inTurn(async () => {
        await makeRoom(data.byteLength)
        return { name, kind, contentType, path: await write(name, data), bytes: data.byteLength }
      }, `the artifact ${name} was not kept`),
    open: async path => (await handleOf(path))?.createReadStream(),
    async read(path) {
      await using handle = await handleOf(path)
      return await handle?.readFile()
    },
    follow: pins.follow,
    stats: () => ({ bytes, files: files.size, budgetBytes }),
    async settled() {
      await queue
    },
  }
}

/** A plain file name: no folders, no leading dot, nothing that a shell or a URL could take for something else. */
const safeName = (name: string): string =>
  name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(-nameLength) || 'artifact'

async function writeNew(path: string, data: Uint8Array): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await handle.writeFile(data)
  } catch (error) {
    // Half a file would be counted and shown.
    await rm(path, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** Files of the day folders, links left aside. */
async function list(folder: string): Promise<readonly (readonly [string, Kept])[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const found: (readonly [string, Kept])[] = []
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name))
    if (!entry.isFile() || !path.includes(sep)) continue
    const { size, mtimeMs } = await lstat(join(folder, path))
    found.push([path.split(sep).join('/'), { bytes: size, at: mtimeMs }])
  }
  return found
}
