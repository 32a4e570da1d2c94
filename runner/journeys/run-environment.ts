/** The environment that journeys run in. */

import { join } from 'node:path'
import { addressVariables } from '../core/address-variables.ts'
import type { JourneySource, Text } from '../core/definitions.ts'
import { markVariable } from '../system/process-tree.ts'
import type { Limits } from './invocation.ts'

/** Our own environment without what would change a run (CI, a foreign connection) and without our own token. */
export function baseEnvironment(
  given: Readonly<Record<string, string | undefined>>,
  limits: Limits,
): Readonly<Record<string, string>> {
  const left = new Set([
    'CI',
    'VEDETTE_TOKEN',
    'NODE_CHANNEL_FD',
    'NODE_UNIQUE_ID',
    'FORCE_COLOR',
    'NO_COLOR',
    markVariable,
  ])
  const kept = Object.entries(given).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !left.has(entry[0]) &&
      !/^(?:PW_TEST_|PLAYWRIGHT_TEST_|VITEST|TEST_WORKER)/.test(entry[0]),
  )
  const environment = Object.fromEntries(kept)
  const heap = `--max-old-space-size=${Math.round(limits.heap / 2 ** 20)}`
  return {
    ...environment,
    NO_COLOR: '1',
    NODE_OPTIONS: [heap, environment['NODE_OPTIONS']].filter(Boolean).join(' '),
    VEDETTE_REPORT_FD: '3',
  }
}

export interface RunEnvironment {
  readonly base: Readonly<Record<string, string>>
  readonly source: Pick<JourneySource, 'env' | 'screenshots' | 'mask'>
  readonly urls: Readonly<Record<string, string>>
  reveal(text: Text): string
  readonly scratch: string
  readonly mark: string
  readonly version: string
  readonly run?: string
  /** The figures that requirements ask for, by requirement. */
  readonly measure?: Readonly<Record<string, readonly string[]>>
  /** Of the warm browser. */
  readonly ws?: string
}

/** What one invocation sees: addresses, the person's own variables, and what our fixture reads. */
export function journeyEnvironment(run: RunEnvironment): Readonly<Record<string, string>> {
  const own = Object.fromEntries(Object.entries(run.source.env).map(([name, text]) => [name, run.reveal(text)]))
  return {
    ...run.base,
    ...addressVariables(run.urls),
    ...own,
    TMPDIR: join(run.scratch, 'tmp'),
    // Its cache would otherwise go with TMPDIR after each run.
    PWTEST_CACHE_DIR: run.base['PWTEST_CACHE_DIR'] ?? `${run.base['NODE_COMPILE_CACHE']}-transform`,
    [markVariable]: run.mark,
    VEDETTE_VERSION: run.version,
    VEDETTE_SCREENSHOTS: run.source.screenshots,
    ...(run.source.mask === undefined ? {} : { VEDETTE_MASK: JSON.stringify(run.source.mask) }),
    VEDETTE_ORIGINS: JSON.stringify(Object.values(run.urls)),
    ...(run.measure === undefined ? {} : { VEDETTE_MEASURE: JSON.stringify(run.measure) }),
    ...(run.run === undefined ? {} : { VEDETTE_RUN: run.run }),
    ...(run.ws === undefined ? {} : { PW_TEST_CONNECT_WS_ENDPOINT: run.ws }),
  }
}
