import { breakable as agentPortalBreakable } from '../targets/agent-portal/faults.ts'
import { breakable as assessmentBreakable } from '../targets/assessment/faults.ts'
import { breakable as codAdminBreakable } from '../targets/cod-admin/faults.ts'
import { breakable as dentalBreakable } from '../targets/dental/faults.ts'
import { breakable as therapyBreakable } from '../targets/therapy/faults.ts'
import type { Open } from './prove.ts'

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
  /** Promises that cannot be proven on this machine, or not yet, each with its reason. */
  readonly open?: Readonly<Record<string, Open>>
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
  'agent-portal': {
    port: 7110,
    breakable: agentPortalBreakable,
    open: {
      'AGT-29': {
        how: 'fault',
        why: 'Firefox and WebKit have no builds for this machine; their projects work where they are',
      },
    },
    start: async options => (await import('../targets/agent-portal/create-agent-portal.ts')).createAgentPortal(options),
  },
  therapy: {
    port: 7120,
    breakable: therapyBreakable,
    start: async options => (await import('../targets/therapy/create-therapy.ts')).createTherapy(options),
  },
  assessment: {
    port: 7130,
    breakable: assessmentBreakable,
    start: async options => (await import('../targets/assessment/create-assessment.ts')).createAssessment(options),
  },
  dental: {
    port: 7140,
    breakable: dentalBreakable,
    start: async options => (await import('../targets/dental/create-dental.ts')).createDental(options),
  },
}
