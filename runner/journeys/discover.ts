/** Which tests a source has, as checks: asked of its Playwright, and remembered. */

import type { Problem } from '../core/contracts.ts'
import type { JourneySource, System, Text } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Discovery } from '../core/ports.ts'
import { scrubber } from '../core/redaction.ts'
import { checksOf } from './checks.ts'
import { type Invocation, removeFolder, startInvocation } from './invocation.ts'
import { collectListing, type Listing, listArguments, telling, unloadable } from './listing.ts'
import { createListings } from './listings.ts'
import { findProject, type Project } from './project.ts'
import { journeyEnvironment } from './run-environment.ts'
import type { RunsOptions } from './runs-options.ts'
import { detailOf } from './truth.ts'
import { entry } from './warm.ts'

export interface DiscovererOptions
  extends Pick<RunsOptions, 'clock' | 'self' | 'limits' | 'environment' | 'version' | 'reveal' | 'folderFor'> {
  urlsOf(system: System): Readonly<Record<string, string>>
}

export interface Discoverer extends AsyncDisposable {
  discover(system: System, source: JourneySource): Promise<Discovery>
  /** What runs need of a listing, or a sentence that says why there is none. */
  readonly listing: RunsOptions['listing']
  /** Listings that run at the moment. */
  count(): number
}

/** Disposing it ends the listings that run; it starts none after that. */
export function createDiscoverer(options: DiscovererOptions): Discoverer {
  const { clock, self, limits } = options
  const running = new Set<Invocation>()
  const list = createListings(listNow)
  const lastGood = new Map<string, Discovery>()
  let closed = false

  async function listNow(project: Project, system: System, sources: readonly JourneySource[]): Promise<Listing> {
    // One that was killed asks again for each source alone: nobody would be left to end these.
    if (closed) throw new RunnerFault('expected to list journeys while they are watched, found that this is over')
    const { folder, mark } = options.folderFor('list')
    const collect = collectListing()
    try {
      const invocation = startInvocation(
        {
          install: project.install,
          cwd: project.cwd,
          args: listArguments(project, sources, entry('reporter')),
          env: journeyEnvironment({
            base: options.environment,
            // They differ in their folder alone.
            source: sources[0]!,
            urls: options.urlsOf(system),
            reveal: text => revealed(text) ?? '',
            scratch: folder,
            mark,
            version: options.version,
          }),
          scratch: folder,
          mark,
          limits,
          onLine: collect.onLine,
        },
        self,
        clock,
      )
      running.add(invocation)
      const stop = clock.timer(limits.listing, () => invocation.kill(`listing took more than ${limits.listing} ms`))
      const end = await invocation.ended
      stop()
      running.delete(invocation)
      return collect.done(end.killed ?? end.output)
    } finally {
      removeFolder(folder)
    }
  }

  function revealed(text: Text): string | undefined {
    try {
      return options.reveal(text)
    } catch {
      return undefined
    }
  }

  return {
    async discover(system, source) {
      const key = JSON.stringify([system.id, source.dir, source.config, source.project, source.grep])
      const scrub = scrubber(
        Object.values(source.env).flatMap(text => (typeof text === 'string' ? [] : (revealed(text) ?? []))),
      )
      const fail = ({ message, ...place }: Omit<Problem, 'level' | 'path'>): Discovery => ({
        checks: lastGood.get(key)?.checks ?? [],
        skipped: lastGood.get(key)?.skipped ?? [],
        problems: [
          {
            level: 'error',
            path: [`system ${system.id}`, `playwright ${source.dir}`],
            message: scrub(message),
            ...place,
          },
        ],
        good: false,
      })
      const project = findProject(source)
      if (typeof project === 'string') return fail({ message: project })
      const { begin: listed, errors, output } = await list(project, system, source)
      const [error] = errors
      if (error && !/No tests found/.test(error.message)) {
        const [, file, line] = /^(.*):(\d+)$/.exec(error.at ?? '') ?? []
        return fail({ message: unloadable(error), ...(file ? { file, line: Number(line) } : {}) })
      }
      if (!listed) {
        return error
          ? fail({ message: `expected tests in ${source.dir}, found none; look at testDir, testMatch and the filters` })
          : fail({
              message: `expected a list of tests from Playwright, found: ${telling(output) || 'nothing'}`,
            })
      }
      const found = checksOf(system, source, listed)
      if (found.good) {
        lastGood.set(key, found)
        return found
      }
      return { ...found, checks: lastGood.get(key)?.checks ?? found.checks }
    },
    async listing(system, source) {
      const project = findProject(source)
      if (typeof project === 'string') return project
      const { begin, errors, output } = await list(project, system, source)
      if (begin && errors.length === 0) return { project, begin }
      const why = errors[0] ? detailOf(errors[0]) : telling(output)
      return `Playwright could not list the tests of this project: ${why || 'it said nothing'}`
    },
    count: () => running.size,
    async [Symbol.asyncDispose]() {
      closed = true
      const all = [...running]
      for (const invocation of all) invocation.kill('interrupted: this runner was told to stop')
      await Promise.all(all.map(invocation => invocation.ended))
    },
  }
}
