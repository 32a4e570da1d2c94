import type { Deploy } from '../core/deploys.ts'
import type { Decision } from '../core/ports.ts'
import type { CommandIo } from './command.ts'
import type { WatchClient } from './watch-client.ts'

/** What a smoke run tells a watch of the deploys that it judged. Trouble is told and changes nothing. */
export async function markDecision(decision: Decision, watch: WatchClient, io: CommandIo): Promise<void> {
  // The gate may have waited long for the revision; a heartbeat tells of runs before all this.
  const runs = decision.results.map(({ startedAt }) => startedAt).filter(at => at >= decision.startedAt)
  const at = Math.min(...runs, decision.startedAt + decision.duration)
  for (const [system, { before, after }] of Object.entries(decision.revisions)) {
    const revision = after ?? before
    if (revision === undefined) continue
    const told = await watch.ask<Deploy>('/api/v1/deploys', {
      system,
      revision,
      environment: decision.environment,
      at: Math.round(at),
      by: 'gate',
      decision: decision.decision,
    })
    if ('trouble' in told) io.error(`the deploy of ${system} is not marked: ${told.trouble}\n`)
  }
}
