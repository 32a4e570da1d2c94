/** Keeps deploy markers: those that are told, and those that the watch sees for itself. */

import type { Loaded } from '../config/load-configuration.ts'
import type { Clock } from '../core/contracts.ts'
import type { System } from '../core/definitions.ts'
import { type Deploy, type DeployMark, markedDeploy } from '../core/deploys.ts'
import { RunnerFault } from '../core/fault.ts'
import type { AskRevision, Keep, Store, WatchEvent } from '../core/ports.ts'
import type { Log } from './log.ts'
import { readRevision } from './revision.ts'
import { runContexts } from './run-context.ts'

export interface DeploysOptions {
  readonly store: Pick<Store, 'append' | 'kept' | 'keptOne'>
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** From 0 to 1. */
  readonly random: () => number
  loaded(): Loaded
  onEvent(event: WatchEvent): void
  /** Asks for revisions on schedule; without it only what is told is known. */
  readonly ask?: AskRevision
}

export interface Deploys {
  /** Resolves when it is stored. Throws RunnerFault for a system that is not watched. */
  mark(mark: DeployMark): Promise<Deploy>
  /** Looks every minute at which revisions are live. */
  start(): void
  stop(): Promise<void>
}

const lookEvery = 60_000
// A system that tells no revision may begin to with a new one.
const lookSeldom = 600_000
const mostRemembered = 10_000
// Equal answers in a row that a fleet gives once it has one revision.
const confirmations = 5

export function createDeploys(options: DeploysOptions): Deploys {
  const { store, clock, log } = options
  const stopping = new AbortController()
  const silent = new Set<string>()
  /** Another revision than before, which one instance has at least: seen twice and then by all, it is a deploy. */
  const rising = new Map<string, DeployMark>()
  let cancel: (() => void) | undefined
  let looking: Promise<unknown> | undefined
  let marking: Promise<unknown> = Promise.resolve()
  let newest: Map<string, Deploy> | undefined

  /** One after the other, so that two that tell of one deploy at once make one marker. */
  const markInTurn = (given: DeployMark): Promise<Deploy> => {
    const marked = marking.then(() => markNow(given))
    marking = marked.catch(() => undefined)
    return marked
  }
  const markNow = async (given: DeployMark): Promise<Deploy> => {
    const { configuration, environment } = options.loaded()
    const systems = configuration.systems.map(({ id }) => id)
    if (!systems.includes(given.system))
      throw new RunnerFault(`expected a system that is watched (${systems.join(', ')}), found '${given.system}'`)
    newest ??= await newestDeploys(store)
    const before = newest.get(given.system)
    const deploy = markedDeploy(before, given, environment)
    const keep: Keep[] = [{ kind: 'deploy', id: deploy.id, at: deploy.at, value: deploy }]
    if (given.by === 'seen') keep.push(seenRecord(given))
    await store.append({ results: [], health: [], keep })
    if (before === undefined || deploy.at >= before.at) newest.set(given.system, deploy)
    if (deploy.id !== before?.id) options.onEvent({ kind: 'deploy', deploy })
    return deploy
  }
  const read = (system: System, ask: AskRevision, answers: number) => {
    const loaded = options.loaded()
    const { marks } = runContexts({ ...options, loaded, system })(`${system.id}~revision`, stopping.signal)
    return readRevision({
      system: system.id,
      source: system.revision,
      urls: loaded.urls[system.id] ?? {},
      headers: marks,
      answers,
      wait: 0,
      until: 'readable',
      clock,
      signal: stopping.signal,
      ask,
    })
  }
  const look = async (system: System, ask: AskRevision) => {
    const { id } = system
    const reading = await read(system, ask, 1)
    if ('trouble' in reading) return void (reading.seen.length === 0 && silent.add(id))
    silent.delete(id)
    const { revision } = reading
    const seen = await store.keptOne('memory', seenId(id))
    const mark = { system: id, revision, at: clock.now(), by: 'seen' } as const
    // The first that is ever seen may be as old as the hills.
    if (seen === undefined) return store.append({ results: [], health: [], keep: [seenRecord(mark)] })
    if (seen === revision) return void rising.delete(id)
    const before = rising.get(id)
    rising.set(id, before?.revision === revision ? before : mark)
    if (before?.revision === revision && 'revision' in (await read(system, ask, confirmations))) {
      rising.delete(id)
      await markInTurn(before)
    }
  }
  const lookAll = async (ask: AskRevision, round: number) => {
    const { systems } = options.loaded().configuration
    const due = systems.filter(({ id }) => !silent.has(id) || round % (lookSeldom / lookEvery) === 0)
    const looks = await Promise.allSettled(due.map(system => look(system, ask)))
    for (const { reason } of looks.filter(item => item.status === 'rejected'))
      log.warn({ err: reason }, 'a revision that was seen is not marked')
  }
  const arm = (ask: AskRevision, round: number) => {
    cancel = clock.timer(lookEvery, () => {
      looking = lookAll(ask, round).finally(() => {
        if (!stopping.signal.aborted) arm(ask, round + 1)
      })
    })
  }

  return {
    mark: markInTurn,
    start() {
      if (options.ask !== undefined) arm(options.ask, 0)
    },
    async stop() {
      cancel?.()
      stopping.abort(new DOMException('the watch stops', 'AbortError'))
      await looking
      await marking
    },
  }
}

const seenId = (system: string) => `revision ${system}`
const seenRecord = ({ system, revision, at }: DeployMark): Keep => ({
  kind: 'memory',
  id: seenId(system),
  at,
  value: revision,
})

async function newestDeploys(store: Pick<Store, 'kept'>): Promise<Map<string, Deploy>> {
  const newest = new Map<string, Deploy>()
  for (const deploy of await store.kept('deploy', { limit: mostRemembered }))
    if (!newest.has(deploy.system)) newest.set(deploy.system, deploy)
  return newest
}
