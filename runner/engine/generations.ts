/** Which configuration is watched, and how a changed one takes over. */

import { type Loaded, type LoadRequest, loadConfiguration } from '../config/load-configuration.ts'
import type { Clock, Problem } from '../core/contracts.ts'
import type { Generation } from './generation.ts'
import type { Log } from './log.ts'
import type { ProbePool } from './probe-pool.ts'
import { watchFiles } from './watch-files.ts'

export interface GenerationsOptions {
  /** How the configuration is loaded again. */
  readonly request: LoadRequest
  readonly loaded: Loaded
  readonly clock: Clock
  readonly log: Log
  /** Reload when a file of the configuration changes. */
  readonly watchFiles: boolean
  make(loaded: Loaded, number: number): Generation
  /** A probe worker that has loaded this generation, or why it could not. */
  open(number: number): ReturnType<ProbePool['open']>
  readonly adopt: ProbePool['adopt']
  /** A new generation is about to take its first slots. */
  onTurn(generation: Generation): Promise<void>
  /** A new generation watches. */
  onNew(generation: Generation): Promise<void>
}

export interface Generations {
  current(): Generation
  /** What was wrong with the newest change, until a good one comes. */
  refused(): readonly Problem[] | undefined
  /** Begins with the first generation; its journeys take the slots later than `after`. */
  start(after: number): void
  /** Loads the configuration again. Never rejects. */
  reload(): Promise<void>
  /** No more of them from now on. */
  close(): void
  /** Resolves when none is being loaded and all have ended; what they still run after `grace` ms is interrupted. */
  stop(grace: number): Promise<void>
}

const beginAgain = 5_000

export function createGenerations(options: GenerationsOptions): Generations {
  const { request, clock, log } = options
  let newest = request.generation ?? 1
  let current = options.make(options.loaded, newest)
  // Older ones still finish their journeys.
  const living = new Set([current])
  let refused: readonly Problem[] | undefined
  let beginning: Promise<void> | undefined
  let cancelBegin: (() => void) | undefined
  let reloading: Promise<void> | undefined
  let again = false
  let closed = false

  const files = watchFiles({ clock, log, onChange: () => void generations.reload() })
  const lookAt = (list: readonly string[]) => {
    if (options.watchFiles) files.set(list)
  }
  const refuse = (problems: readonly Problem[], seen: readonly string[]) => {
    if (closed) return
    refused = problems
    lookAt([...new Set([...current.loaded.files, ...seen])])
    log.error({ problems, generation: current.number }, 'the change is refused: the generation before goes on')
  }
  const load = async () => {
    newest += 1
    const number = newest
    const opened = await options.open(number)
    if ('problems' in opened) return refuse(opened.problems, opened.files)
    const loaded = await loadConfiguration({ ...request, generation: number }).catch((error: unknown) => {
      opened.terminate()
      refuse(...problemsOf(error))
    })
    if (loaded === undefined) return
    if (closed) return opened.terminate()
    const old = current
    current = options.make(loaded, number)
    refused = undefined
    lookAt(loaded.files)
    living.add(current)
    const retired = old.retire()
    void retired.closed.then(() => living.delete(old))
    current.startJourneys(retired.until)
    await options.onTurn(current)
    await options.adopt(opened)
    log.info({ generation: number, checks: current.keys().length }, 'a new generation watches')
    await options.onNew(current)
  }
  // Main has loaded this configuration; a worker that could not (out of memory, a file caught halfway) may do so in a while.
  const begin = async (number: number) => {
    const opened = await options.open(number)
    const wanted = !closed && current.number === number
    if ('problems' in opened) {
      if (!wanted) return
      refuse(opened.problems, opened.files)
      cancelBegin = clock.timer(beginAgain, () => void begin(number))
      return
    }
    if (!wanted) return opened.terminate()
    refused = undefined
    await options.adopt(opened)
  }

  const generations: Generations = {
    current: () => current,
    refused: () => refused,
    start(after) {
      lookAt(options.loaded.files)
      beginning = begin(current.number)
      current.startJourneys(after)
    },
    reload() {
      if (closed) return Promise.resolve()
      if (reloading !== undefined) {
        again = true
        return reloading
      }
      reloading = (async () => {
        await beginning
        do {
          again = false
          await load().catch((error: unknown) => refuse(...problemsOf(error)))
        } while (again)
      })().finally(() => {
        reloading = undefined
      })
      return reloading
    },
    close() {
      closed = true
      files.stop()
      cancelBegin?.()
    },
    async stop(grace) {
      generations.close()
      await Promise.all([...[...living].map(generation => generation.stop(grace)), beginning, reloading])
    },
  }
  return generations
}

function problemsOf(error: unknown): [readonly Problem[], readonly string[]] {
  const known = error as { problems?: readonly Problem[]; files?: readonly string[]; message?: string }
  const own: Problem = { level: 'error', path: [], message: known.message ?? String(error) }
  return [known.problems ?? [own], known.files ?? []]
}
