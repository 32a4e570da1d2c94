import { breakable as codAdminBreakable } from '../targets/cod-admin/faults.ts'

/** A running instance of a reference system. */
export interface Instance {
  /** By the names of the pack's addresses. */
  readonly urls: Readonly<Record<string, string>>
  readonly control: { advance(ms: number): void }
  close(): Promise<void>
}

export interface StartOptions {
  readonly broken: readonly string[]
  /** First of the ports. Default: any free ones. */
  readonly port?: number
  /** The promises that will be looked at: a system may leave out what serves others alone. Default: all. */
  readonly covers?: readonly string[]
}

/** What the proof and `npm start` must know of a system beside its pack. */
export interface Provable {
  /** First of the ports of the pack's reference addresses. */
  readonly port: number
  readonly breakable: readonly string[]
  /** Promises of the pack's checks that cannot be proven on this machine, each with its reason. */
  readonly unprovable?: Readonly<Record<string, string>>
  start(options: StartOptions): Promise<Instance>
  /** How far the target's clock is moved when half of a load profile is over, for promises that hold for long, ms. */
  readonly loadClock?: Readonly<Record<string, number>>
}

export const systems: Readonly<Record<string, Provable>> = {
  'cod-admin': {
    port: 7105,
    breakable: codAdminBreakable,
    start: async options => (await import('../targets/cod-admin/create-cod-admin.ts')).createCodAdmin(options),
    loadClock: { 'COD-02': 6 * 60_000 },
  },
}
