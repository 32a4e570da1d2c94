/** Times in which trouble is expected: runs go on and are recorded, nobody is told, and no objective counts them. */

/** One window of time, or a rule that makes them. Selections are those of the command line: `system`, `system/check`, `@tag`. */
export interface Maintenance {
  readonly id: string
  readonly title: string
  readonly selection: readonly string[]
  readonly when:
    | { readonly from: number; readonly to: number }
    | { readonly cron: string; readonly timezone: string; readonly duration: number }
  /** Declared by a person at run time, in place of the configuration. */
  readonly by?: string
  /** Ended early, or taken back. */
  readonly endedAt?: number
}
