/** Promises over time, each by the pasts that `histories.ts` tells. */

import type { Check, System } from '../../../runner/core/definitions.ts'
import type { Colour, Row } from '../prove.ts'
import { type History, histories } from './histories.ts'

export interface HistoryProof {
  readonly system: System
  readonly journeys: readonly Check[]
  readonly wanted: (id: string) => boolean
  readonly signal: AbortSignal
  print(line: string): void
}

export async function proveHistory({ system, journeys, wanted, signal, print }: HistoryProof): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const { id } of system.requirements) {
    const history = histories[id]
    if (history === undefined || !wanted(id) || signal.aborted) continue
    const row = await prove(id, history, system, journeys)
    rows.push(row)
    print(
      `${id} by history: healthy ${row.healthy}, broken ${row.broken}${row.note === undefined ? '' : `: ${row.note}`}`,
    )
  }
  return rows
}

async function prove(
  id: string,
  { checks: by, healthy, broken }: History,
  system: System,
  journeys: readonly Check[],
): Promise<Row> {
  const row = { id, how: 'history', checks: by, alsoRed: [] } as const
  try {
    const good = await healthy(system, journeys)
    const seen: Colour[] = []
    for (const past of broken) seen.push(await past(system, journeys))
    const missed = seen.flatMap((colour, index) => (colour === 'failed' ? [] : [`past ${index + 1} was ${colour}`]))
    return {
      ...row,
      healthy: good,
      broken: missed.length === 0 ? 'failed' : seen.includes('passed') ? 'passed' : 'unknown',
      ...(missed.length === 0 ? {} : { note: missed.join('; ') }),
    }
  } catch (error) {
    return {
      ...row,
      healthy: 'unknown',
      broken: 'unknown',
      note: error instanceof Error ? error.message : String(error),
    }
  }
}
