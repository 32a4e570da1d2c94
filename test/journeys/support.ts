import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Artifact, Outcome } from '../../runner/core/contracts.ts'
import type { JourneyCheck, JourneySource, System, Text } from '../../runner/core/definitions.ts'
import type { JourneyRequest } from '../../runner/core/ports.ts'
import { createJourneys, type JourneysOptions } from '../../runner/journeys/journeys.ts'
import { realClock } from '../../runner/system/clock.ts'
import { membersOf } from '../../runner/system/process-tree.ts'
import { testBrowser, testCache } from '../support/test-browser.ts'

export const fixtures = join(import.meta.dirname, '..', 'fixtures', 'journeys')

export interface Kept extends Artifact {
  readonly data: Buffer
}

const plain: Omit<JourneySource, 'dir'> = {
  kind: 'journeys',
  schedule: { every: 300_000 },
  timeout: 10_000,
  retry: { attempts: 1, delay: 0 },
  policy: { failures: 2, successes: 1 },
  tags: [],
  severity: 'p1',
  env: {},
  parallel: false,
  allowWebServer: false,
  screenshots: 'all',
  smoke: true,
  dependsOn: [],
}

export const sourceAt = (dir: string, more: Partial<JourneySource> = {}): JourneySource => ({ ...plain, dir, ...more })

export const systemWith = (source: JourneySource, requirements: readonly string[] = []): System => ({
  id: 'shop',
  folder: fixtures,
  title: 'Shop',
  url: { web: { environments: { '*': 'http://127.0.0.1:9' } } },
  revision: { header: 'x-revision', path: '/version', json: 'revision', origins: ['web'] },
  owners: {},
  escalation: [],
  dependsOn: [],
  requirements: requirements.map(id => ({
    id,
    need: 'a need',
    verify: 'journey',
    broken: 'it breaks',
    source: 'test',
  })),
  objectives: [],
  checks: [],
  journeys: [source],
  load: [],
  problems: [],
})

/** Journeys with everything real but the artifact store. A spare that most tests would not wait for is made only where it is asked for. */
export function openTestJourneys(more: Partial<JourneysOptions> = {}) {
  const kept: Kept[] = []
  const warnings: string[] = []
  const scratchRoot = mkdtempSync(join(tmpdir(), 'journeys-'))
  const journeys = createJourneys({
    clock: realClock,
    self: process.pid,
    random: Math.random().toString(36).slice(2),
    environment: process.env,
    version: '0.1.0',
    artifacts: {
      async put(kind, name, contentType, data) {
        const artifact = { kind, name, contentType, path: `${kept.length}-${name}`, bytes: data.length }
        kept.push({ ...artifact, data })
        return artifact
      },
    },
    reveal: (text: Text) => (typeof text === 'string' ? text : 'correct horse/battery+staple'),
    browser: testBrowser,
    log: {
      info: () => undefined,
      warn: (about, message) => void warnings.push(`${message} ${JSON.stringify(about)}`),
      error: (about, message) => void warnings.push(`${message} ${JSON.stringify(about)}`),
    },
    scratchRoot,
    spares: false,
    cache: testCache(),
    limits: { heap: 256 * 2 ** 20, grace: 1_500 },
    ...more,
  })
  const instance = journeys.scratch.split('/vedette-').at(-1)!
  return {
    journeys,
    /** Marks of its processes begin with it. */
    instance,
    kept,
    warnings,
    scratchRoot,
    /** Living processes that carry our mark. */
    marked: () => membersOf({ marked: mark => mark.startsWith(`${instance}/`) }, process.pid).map(({ pid }) => pid),
    async [Symbol.asyncDispose]() {
      await journeys[Symbol.asyncDispose]()
      rmSync(scratchRoot, { recursive: true, force: true })
    },
  }
}

/** Discovers a source and runs those of its checks whose id fits. */
export async function runAll(
  opened: ReturnType<typeof openTestJourneys>,
  source: JourneySource,
  more: Partial<Omit<JourneyRequest, 'checks'>> & {
    readonly only?: RegExp
    readonly checks?: readonly JourneyCheck[]
  } = {},
): Promise<ReadonlyMap<string, Outcome>> {
  const system = systemWith(source)
  const checks = more.checks ?? (await opened.journeys.discover(system, source)).checks
  const outcomes = new Map<string, Outcome>()
  await opened.journeys.run({
    system,
    checks: checks.filter(({ id }) => more.only === undefined || more.only.test(id)),
    urls: { web: 'http://127.0.0.1:9' },
    invocation: 'test-1',
    trigger: 'manual',
    signal: new AbortController().signal,
    onOutcome(check, outcome) {
      if (outcomes.has(check.id)) throw new Error(`a second outcome for ${check.id}`)
      outcomes.set(check.id, outcome)
    },
    ...more,
  })
  return outcomes
}

/** What the last attempt saw, and how many there were. */
export function last(outcomes: ReadonlyMap<string, Outcome>, id: string) {
  const outcome = outcomes.get(id)
  if (!outcome) throw new Error(`no outcome for ${id}; there are ${[...outcomes.keys()].join(', ')}`)
  return { attempts: outcome.attempts.length, ...outcome.attempts.at(-1)!.saw } as {
    attempts: number
    ok?: boolean
    fault?: string
    reason?: string
    detail?: string
    steps?: readonly { title: string; error?: string; steps?: readonly { title: string }[] }[]
    artifacts?: readonly Artifact[]
    metrics?: Readonly<Record<string, number>>
  }
}
