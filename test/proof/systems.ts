import { breakable as codAdminBreakable } from '../targets/cod-admin/faults.ts'

/** A running instance of a reference system. */
export interface Instance {
  /** By the names of the pack's addresses. */
  readonly urls: Readonly<Record<string, string>>
  readonly control: { advance(ms: number): void }
  close(): Promise<void>
}

/** What the proof must know of a system beside its pack. */
export interface Provable {
  readonly breakable: readonly string[]
  start(broken: readonly string[]): Promise<Instance>
  /** How far the target's clock is moved when half of a load profile is over, for promises that hold for long, ms. */
  readonly loadClock: Readonly<Record<string, number>>
}

export const systems: Readonly<Record<string, Provable>> = {
  'cod-admin': {
    breakable: codAdminBreakable,
    start: async broken => (await import('../targets/cod-admin/create-cod-admin.ts')).createCodAdmin({ broken }),
    loadClock: { 'COD-02': 6 * 60_000 },
  },
}
