import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { compiledFolder } from '../config/compiled-folder.ts'
import type { Loaded } from '../config/load-configuration.ts'
import type { JourneysOptions, JourneysWithSweep } from '../journeys/journeys.ts'
import { version } from '../system/version.ts'
import type { CommandIo } from './command.ts'

export interface OpenJourneysOptions {
  /** Where evidence goes. Default: nowhere, for commands that only list. */
  readonly artifacts?: JourneysOptions['artifacts']
  /** Folder of this Vedette, for what outlives a run: the browser that was found, compiled code. Default: where Node keeps what it compiled. */
  readonly data?: string
  readonly log?: JourneysOptions['log']
  /** Keep a browser and a spare runner warm. Default: true. */
  readonly spares?: boolean
  /** Tests of one invocation that run side by side, where a source allows it. */
  readonly workers?: number
  readonly limits?: JourneysOptions['limits']
}

const quiet: JourneysOptions['log'] = { info() {}, warn() {}, error() {} }

/** The journeys of a configuration, wired to this machine. Playwright and the browser are loaded at their first use. */
export async function openJourneys(
  loaded: Loaded,
  io: CommandIo,
  options: OpenJourneysOptions = {},
): Promise<JourneysWithSweep> {
  const [{ createJourneys }, { findBrowser }] = await Promise.all([
    import('../journeys/journeys.ts'),
    import('../system/browser.ts'),
  ])
  const outliving = options.data ?? compiledFolder()
  const cache = outliving === undefined ? undefined : join(outliving, 'cache')
  return createJourneys({
    clock: io.clock,
    self: process.pid,
    random: randomBytes(4).toString('hex'),
    environment: io.env,
    version,
    artifacts: options.artifacts ?? { put: async () => undefined },
    reveal: text => loaded.secrets.reveal(text),
    browser: () =>
      findBrowser({
        environment: io.env,
        ...(cache === undefined ? {} : { cacheFile: join(cache, 'browser.json') }),
      }),
    urlsOf: system => loaded.urls[system.id] ?? {},
    log: options.log ?? quiet,
    ...(cache === undefined ? {} : { cache }),
    ...(options.spares === undefined ? {} : { spares: options.spares }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })
}
