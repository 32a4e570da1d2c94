/** Journeys: other people's Playwright projects, discovered, run, supervised and judged. */

import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/contracts.ts'
import type { System, Text } from '../core/definitions.ts'
import type { Journeys } from '../core/ports.ts'
import type { FoundBrowser, NoBrowser } from '../system/browser.ts'
import { type Guardian, startGuardian, sweepOrphans } from '../system/guardian.ts'
import { instanceOf } from '../system/process-tree.ts'
import { commandLine } from './command-line.ts'
import { createDiscoverer } from './discover.ts'
import type { ArtifactSink } from './evidence.ts'
import { defaultLimits, type Limits } from './invocation.ts'
import { findProject } from './project.ts'
import { baseEnvironment } from './run-environment.ts'
import { createRuns } from './runs.ts'
import { createWarm } from './warm.ts'

export interface JourneysOptions {
  readonly clock: Clock
  /** `process.pid`. */
  readonly self: number
  /** A few random letters or digits; with the pid they name this instance. */
  readonly random: string
  /** `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of this program; part of the User-Agent that our fixture sends. */
  readonly version: string
  readonly artifacts: ArtifactSink
  /** The value of a text or a secret; throws RunnerFault when it is missing. */
  reveal(text: Text): string
  /** The browser of this machine; asked once, at the first need. */
  browser(): Promise<FoundBrowser | NoBrowser>
  /** Addresses of a system, for configurations that read them while listing. Default: none. */
  urlsOf?(system: System): Readonly<Record<string, string>>
  readonly log: {
    info(about: object, message: string): void
    warn(about: object, message: string): void
    error(about: object, message: string): void
  }
  /** Where the 0700 folder of this instance is made. Default: /dev/shm where it has room, else TMPDIR. */
  readonly scratchRoot?: string
  /** Folder that outlives us for compiled code. Default: in scratch. */
  readonly cache?: string
  readonly limits?: Partial<Limits>
  /** Keeps a browser and a spare runner warm. Default: true. */
  readonly spares?: boolean
  /** Runs after which a browser is replaced. Default: 100. */
  readonly browserRuns?: number
  /** Tests at a time within one invocation of a parallel source. Default: 2. */
  readonly workers?: number
}

export interface JourneysWithSweep extends Journeys {
  stats(): ReturnType<Journeys['stats']> & {
    /** Spares that have loaded their Playwright. */
    readonly readySpares: number
  }
  /** Ends what an earlier, crashed Vedette left behind. */
  sweep(): Promise<{ readonly killed: number; readonly survivors: readonly number[]; readonly folders: number }>
  /** The scratch folder of this instance. */
  readonly scratch: string
}

/** Runs journeys. Starts nothing before its first use; disposing it ends everything that it started. */
export function createJourneys(options: JourneysOptions): JourneysWithSweep {
  const { clock, self } = options
  const instance = instanceOf(self, options.random)
  const limits: Limits = { ...defaultLimits, ...options.limits }
  const scratchRoot = options.scratchRoot ?? defaultScratchRoot(options.environment, limits.disk)
  const scratch = join(scratchRoot, `vedette-${instance}`)
  const markPrefix = `${instance}/`
  const cache = options.cache ?? join(scratch, 'cache')
  const environment = {
    ...baseEnvironment(options.environment, limits),
    NODE_COMPILE_CACHE: join(cache, 'node'),
    VEDETTE_CACHE: cache,
  }
  let guardian: Guardian | undefined
  let browser: Promise<FoundBrowser | NoBrowser> | undefined
  let invocations = 0

  /** The first use makes the scratch folder and the guardian that removes it. */
  const begin = () => {
    if (guardian) return
    mkdirSync(scratch, { recursive: true, mode: 0o700 })
    guardian = startGuardian(instance, scratch)
  }
  const folderFor = (name: string) => {
    begin()
    invocations += 1
    const folder = join(scratch, `${invocations}-${name.replace(/[^\w-]+/g, '-').slice(0, 60)}`)
    mkdirSync(join(folder, 'tmp'), { recursive: true, mode: 0o700 })
    return { folder, mark: `${markPrefix}${invocations}` }
  }
  const warm = createWarm({
    clock,
    self,
    markPrefix,
    scratch,
    environment,
    browserRuns: options.browserRuns ?? 100,
    browser: () => {
      browser ??= options.browser().then(found => {
        // What is missing now may be installed later.
        if ('missing' in found) browser = undefined
        return found
      })
      return browser
    },
    warn: (message, about) => options.log.warn(about, message),
  })

  const discoverer = createDiscoverer({
    clock,
    self,
    limits,
    environment,
    version: options.version,
    reveal: options.reveal,
    folderFor,
    urlsOf: system => options.urlsOf?.(system) ?? {},
  })
  const runs = createRuns({
    clock,
    self,
    warm,
    limits,
    environment,
    version: options.version,
    artifacts: options.artifacts,
    reveal: options.reveal,
    log: options.log,
    spares: options.spares ?? true,
    workers: options.workers ?? 2,
    folderFor,
    listing: discoverer.listing,
  })

  return {
    discover: discoverer.discover,
    run: runs.run,
    async warm(source) {
      const project = findProject(source)
      if (typeof project === 'string') return
      begin()
      if (options.spares ?? true) warm.prepareSpare(project.install)
      const lease = await warm.lease(project.install, {})
      if (typeof lease === 'string') options.log.warn({ source: source.dir }, lease)
      else lease[Symbol.dispose]()
    },
    command: commandLine,
    stats() {
      const { browsers, spares, readySpares } = warm.count()
      return {
        browsers,
        spares,
        readySpares,
        children: discoverer.count() + runs.count() + browsers + spares + (guardian ? 1 : 0),
      }
    },
    sweep: () => sweepOrphans(scratchRoot, self, clock),
    scratch,
    async [Symbol.asyncDispose]() {
      await Promise.all([discoverer[Symbol.asyncDispose](), runs[Symbol.asyncDispose]()])
      await warm[Symbol.asyncDispose]()
      // The guardian goes last: it proves that nothing is left and removes the folder.
      await guardian?.[Symbol.asyncDispose]()
      guardian = undefined
    },
  }
}

/**
 * Memory rather than disk: what a browser writes should never be read from a stolen disk. Containers often have only 64 MiB of it,
 * which a browser alone would fill.
 */
function defaultScratchRoot(environment: JourneysOptions['environment'], needed: number): string {
  const shared = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(shared)
    accessSync(shared, constants.W_OK)
    if (bavail * bsize >= needed) return shared
  } catch {
    // Not on this system.
  }
  return environment['TMPDIR'] ?? '/tmp'
}
