import { existsSync } from 'node:fs'
import type { Loaded } from '../config/load-configuration.ts'
import type { Result } from '../core/contracts.ts'
import { rememberedHeartbeats } from '../engine/heartbeat-memory.ts'
import { type ReadHeartbeat, readingOf } from '../engine/heartbeat-state.ts'
import type { CommandIo } from './command.ts'
import { dataFolderAt, historyFile } from './data-folder.ts'
import type { WatchClient } from './watch-client.ts'

/** Reads heartbeats from a running watch, or from the history that one keeps in a data folder. */
export const heartbeatReader = (
  source: { readonly watch: WatchClient | undefined; readonly data: string | undefined },
  loaded: Loaded,
  io: CommandIo,
): ReadHeartbeat =>
  source.watch === undefined ? fromHistory(source.data, loaded, io) : fromWatch(source.watch, loaded.environment)

const fromWatch =
  (watch: WatchClient, environment: string): ReadHeartbeat =>
  async ({ key }) => {
    const answer = await watch.ask<{ readonly kind: string; readonly last?: Result }>(`/api/v1/checks/${key}`)
    if ('trouble' in answer)
      return { fault: `expected the last state of ${key} from the watch, found: ${answer.trouble}` }
    const { kind, last } = answer.body
    if (kind !== 'heartbeat') return { fault: `expected ${key} to be a heartbeat there, found ${kind}` }
    if (last === undefined) return { fault: `expected the last signal of ${key}, found that none has arrived yet` }
    if (last.environment !== environment)
      return { fault: `expected a watch of ${environment}, found one of ${last.environment} at ${watch.url}` }
    return last
  }

function fromHistory(data: string | undefined, loaded: Loaded, io: CommandIo): ReadHeartbeat {
  const path = historyFile(dataFolderAt(data, io), loaded.environment)
  return async heartbeat => {
    if (!existsSync(path)) {
      return {
        fault: `expected the last state of ${heartbeat.key}, found no history of a watch at ${path}; name its folder with --data, or a running one with --watch <url>`,
      }
    }
    try {
      const [{ openForReading }, { createReader }] = await Promise.all([
        import('../stores/schema.ts'),
        import('../stores/sqlite-reader.ts'),
      ])
      const database = openForReading({ path, patience: 5_000 })
      try {
        const reader = createReader(database)
        const store = {
          keptOne: async (...asked: Parameters<typeof reader.keptOne>) => reader.keptOne(...asked) as never,
        }
        const memory = (await rememberedHeartbeats(store, [heartbeat.key])).get(heartbeat.key)
        return memory === undefined
          ? {
              fault: `expected the last state of ${heartbeat.key}, found that no watch with ${path} has listened for it`,
            }
          : readingOf(heartbeat, memory, io.clock.now())
      } finally {
        database.close()
      }
    } catch (error) {
      return { fault: `expected the last state of ${heartbeat.key}, found: ${(error as Error).message}` }
    }
  }
}
