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
}
