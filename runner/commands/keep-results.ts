import { join } from 'node:path'
import type { Loaded } from '../config/load-configuration.ts'
import type { Result } from '../core/contracts.ts'
import type { CommandIo } from './command.ts'
import { historyFile } from './data-folder.ts'
import type { OpenJourneysOptions } from './journeys.ts'

/** Where the evidence of single runs goes: the same place where `watch` keeps its own. */
export async function openArtifacts(
  loaded: Loaded,
  data: string,
  io: CommandIo,
): Promise<NonNullable<OpenJourneysOptions['artifacts']>> {
  const { createArtifactStore } = await import('../stores/artifacts.ts')
  const tell = (about: object, message: string) => io.error(`${message}: ${JSON.stringify(about)}\n`)
  return createArtifactStore({
    folder: join(data, 'artifacts'),
    budgetBytes: loaded.configuration.retention.artifactBytes,
    clock: io.clock,
    log: { warn: tell },
  })
}

/** Adds results to the history in the data folder. A history that cannot be written changes no verdict, and is told. */
export async function keepResults(
  results: readonly Result[],
  loaded: Loaded,
  data: string,
  io: CommandIo,
): Promise<void> {
  const { createSqliteStore } = await import('../stores/sqlite.ts')
  try {
    await using store = await createSqliteStore({
      path: historyFile(data, loaded.environment),
      retention: loaded.configuration.retention,
      clock: io.clock,
    })
    // Only scheduled runs change health.
    await store.append({ results, health: [] })
  } catch (error) {
    io.error(`the results are not kept: ${(error as Error).message}\n`)
  }
}
