/** The metrics of Vedette itself. */

import type { SelfStats, Store } from '../../core/ports.ts'
import type { Family } from './exposition.ts'

export interface ProcessStats {
  readonly residentBytes: number
  readonly heapBytes: number
  /** User and system time since the start. */
  readonly cpuSeconds: number
  readonly openFiles?: number
}

export interface SelfSubject {
  readonly self: SelfStats
  /** No run has told anything for too long. */
  readonly blind: boolean
  readonly version: string
  /** None while the store is in trouble: that must not take the other figures with it; readiness tells about it. */
  readonly store: Awaited<ReturnType<Store['stats']>> | undefined
  readonly process: ProcessStats | undefined
}

const gauge = (name: string, help: string, of: Family<SelfSubject>['of']): Family<SelfSubject> => ({
  name,
  help,
  type: 'gauge',
  of,
})
const counter = (name: string, help: string, of: Family<SelfSubject>['of']): Family<SelfSubject> => ({
  name,
  help,
  type: 'counter',
  of,
})

export const selfFamilies: readonly Family<SelfSubject>[] = [
  counter('vedette_missed_runs_total', 'Slots in which a check should have run and did not', ({ self }) => self.missed),
  gauge('vedette_build_info', 'Version of this Vedette', ({ version }) => [[{ version }, 1]]),
  gauge('vedette_config_generation', 'Number of the configuration that is in force', ({ self }) => self.generation),
  gauge('vedette_config_refused', '1 while a changed configuration is refused', ({ self }) =>
    Number((self.refused?.length ?? 0) > 0),
  ),
  gauge(
    'vedette_unlisted_journey_problems',
    'Mistakes that keep journeys from being listed',
    ({ self }) => self.unlisted?.length ?? 0,
  ),
  gauge('vedette_ready', '1 when Vedette watches and can store', ({ self }) => Number(self.ready)),
  gauge('vedette_blind', '1 while no run tells anything: what the other figures say is old', ({ blind }) =>
    Number(blind),
  ),
  gauge('vedette_start_timestamp_seconds', 'Start of this Vedette', ({ self }) => self.startedAt / 1_000),
  gauge('vedette_running_runs', 'Runs that are under way', ({ self }) => self.running),
  gauge('vedette_queued_runs', 'Runs that are due and wait for a free place', ({ self }) => self.queued),
  gauge('vedette_schedule_recent_lateness_seconds', 'Lateness of the last minutes', ({ self }) =>
    Object.entries(self.lateness).map(([statistic, value]) => [{ statistic }, value / 1_000]),
  ),
  gauge('vedette_loop_delay_seconds', 'Delay of the event loop that measures', ({ self }) => self.loopDelay / 1_000),
  gauge('vedette_own_trouble', '1 while a part of our own state is in trouble, by part', ({ self }) =>
    self.guard.signs.map(({ name, trouble }) => [{ sign: name }, Number(trouble !== undefined)]),
  ),
  counter('vedette_excused_runs_total', 'Failing runs that own trouble made unknown, by part', ({ self }) =>
    Object.entries(self.guard.excused).map(([sign, runs]) => [{ sign }, runs]),
  ),
  counter(
    'vedette_blamed_runs_total',
    'Failing runs that were held against our own state and left with the target',
    ({ self }) => self.guard.blamed,
  ),
  gauge('vedette_browsers', 'Browsers that run', ({ self }) => self.browsers),
  gauge('vedette_children', 'Child processes that run', ({ self }) => self.children),
  gauge('vedette_store_size_bytes', 'Size of the store on disk', ({ store }) => store?.bytes),
  gauge('vedette_store_rows', 'Rows of the store by what they hold', ({ store }) =>
    store === undefined
      ? undefined
      : (['results', 'details', 'hours'] as const).map(holding => [{ holding }, store[holding]]),
  ),
  gauge('vedette_store_oldest_result_timestamp_seconds', 'Slot of the oldest result that is kept raw', ({ store }) =>
    store?.oldest === undefined ? undefined : store.oldest / 1_000,
  ),
  counter(
    'process_cpu_seconds_total',
    'CPU time of this process, user and system',
    ({ process }) => process?.cpuSeconds ?? 0,
  ),
  gauge('process_resident_memory_bytes', 'Resident memory of this process', ({ process }) => process?.residentBytes),
  gauge('process_heap_bytes', 'Heap of JavaScript in use', ({ process }) => process?.heapBytes),
  gauge('process_open_fds', 'Open file descriptors of this process', ({ process }) => process?.openFiles),
]
