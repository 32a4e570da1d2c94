/** Deploy markers: when which revision of a system went live. */

export interface Deploy {
  /** `system~revision~at`. */
  readonly id: string
  readonly system: string
  readonly environment: string
  readonly revision: string
  readonly at: number
  /** Who said so: `gate` for a smoke run, `hand` for `vedette deploy mark`, `seen` when the revision changed under the watch. */
  readonly by: 'gate' | 'hand' | 'seen'
  readonly decision?: 'go' | 'no-go' | 'cannot-tell'
  readonly note?: string
  /** The person or the token that told a watch of it. */
  readonly markedBy?: string
}

/** A deploy as somebody tells of it. */
export type DeployMark = Omit<Deploy, 'id' | 'environment'>

/** Safe in a URL segment. */
export const deployId = ({ system, revision, at }: Pick<Deploy, 'system' | 'revision' | 'at'>): string =>
  [system, revision, String(at)].map(encodeURIComponent).join('~')

// Whoever deploys the same revision once more says so, and later than this after the first time.
const oneDeploy = 6 * 3_600_000

/**
 * The deploy that a mark tells of: a new one, or the newest of the system once more. Several tell of one: the watch sees it, the gate decides
 * on it, somebody notes why. A gate or the watch that finds the revision of before has found no deploy.
 */
export function markedDeploy(newest: Deploy | undefined, mark: DeployMark, environment: string): Deploy {
  const isKnown =
    newest?.revision === mark.revision && (mark.by !== 'hand' || Math.abs(mark.at - newest.at) <= oneDeploy)
  if (newest === undefined || !isKnown) return { ...mark, id: deployId(mark), environment }
  const note = [newest.note, mark.note].filter(text => text !== undefined)
  return {
    ...newest,
    by: mark.by === 'seen' ? newest.by : mark.by,
    ...(mark.decision === undefined ? {} : { decision: mark.decision }),
    ...(note.length === 0 ? {} : { note: [...new Set(note)].join('; ') }),
    ...(mark.markedBy === undefined ? {} : { markedBy: mark.markedBy }),
  }
}
