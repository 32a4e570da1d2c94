/** For each promise over time: a past in which it was kept, however narrowly, and pasts in which it was broken, as its document tells them. */

import type { Check, System } from '../../../runner/core/definitions.ts'
import type { Colour } from '../prove.ts'
import { alarmHistories } from './alarm-histories.ts'
import { escalationHistories } from './escalation-histories.ts'
import { listen, type Moment } from './listen.ts'
import { measure, type Past } from './measure.ts'

export interface History {
  /** What holds the system to it. */
  readonly checks: readonly string[]
  healthy(system: System, journeys: readonly Check[]): Promise<Colour>
  /** Each must be seen as broken. */
  readonly broken: readonly History['healthy'][]
}

const objective = (promise: string, id: string, healthy: Past, broken: readonly Past[]): History => ({
  checks: [`objective ${id}`],
  healthy: system => measure(system, promise, healthy),
  broken: broken.map(past => (system: System) => measure(system, promise, past)),
})

const heartbeat = (id: string, healthy: readonly Moment[], broken: readonly (readonly Moment[])[]): History => ({
  checks: [id],
  healthy: system => listen(system, id, healthy),
  broken: broken.map(moments => (system: System) => listen(system, id, moments)),
})

const success = (after: number, facts: Moment['facts'] = {}): Moment => ({ after, kind: 'success', facts })
const failure = (after: number): Moment => ({ after, kind: 'failure' })
const silence = (after: number): Moment => ({ after })

const monthlyOutage = (promise: string) =>
  objective(promise, 'availability', { days: 30, outage: 40 }, [{ days: 30, outage: 50 }])

const shopBackup = { database_bytes: 5e9, uploads_bytes: 2e9, oldest_backup_days: 8 }
const host = { disk_used: 0.6, memory_used: 0.7, cpu_used: 0.3 }
const clinicBackup = { mongodb_bytes: 5e9, redis_bytes: 1e8, oldest_backup_days: 31 }

export const histories: Readonly<Record<string, History>> = {
  ...alarmHistories,
  ...escalationHistories,
  'AGT-05': monthlyOutage('AGT-05'),
  'DNT-02': monthlyOutage('DNT-02'),
  'THR-27': monthlyOutage('THR-27'),
  'AGT-06': objective('AGT-06', 'errors', { days: 7, failing: 0.005 }, [{ days: 7, failing: 0.02 }]),
  'DNT-03': objective('DNT-03', 'errors', { days: 7, failing: 0.0005 }, [{ days: 7, failing: 0.005 }]),
  'ASM-12': objective('ASM-12', 'success', { days: 7, failing: 0.03 }, [{ days: 7, failing: 0.08 }]),
  'ASM-14': objective('ASM-14', 'response-time', { days: 3, duration: 900 }, [{ days: 3, duration: 1_500 }]),
  'COD-06': objective('COD-06', 'first-day-errors', { days: 1 }, [{ days: 1, serverErrors: 1 }]),
  'COD-07': objective('COD-07', 'first-day-speed', { days: 1, duration: 180 }, [{ days: 1, duration: 260 }]),
  'COD-08': objective('COD-08', 'first-week', { days: 7, outage: 8, duration: 280 }, [
    { days: 7, outage: 20 },
    { days: 7, failing: 0.002 },
    { days: 7, duration: 350 },
  ]),
  'COD-09': objective('COD-09', 'first-month', { days: 30, outage: 18, duration: 240 }, [
    { days: 30, outage: 30 },
    { days: 30, duration: 280 },
  ]),
  'COD-10': objective('COD-10', 'first-day-health', { days: 1 }, [{ days: 1, failedHealth: 1 }]),
  'AGT-46': heartbeat('backup', [success(20), success(24), success(25)], [[success(20), success(24), silence(30)]]),
  'AGT-52': heartbeat('restore', [success(20), success(30 * 24)], [[success(20), silence(60 * 24)]]),
  'COD-11': heartbeat(
    'backup',
    [success(20, shopBackup), success(24, shopBackup)],
    [
      [success(20, shopBackup), silence(30)],
      [success(20, { ...shopBackup, uploads_bytes: 0 })],
      [success(20, { database_bytes: 5e9, oldest_backup_days: 8 })],
    ],
  ),
  'COD-47': heartbeat(
    'host',
    [success(0.05, host)],
    [
      [success(0.05, { ...host, disk_used: 0.97 })],
      [success(0.05, { ...host, memory_used: 0.95 })],
      [success(0.05, { ...host, cpu_used: 0.95 })],
      [success(0.05, host), silence(1)],
    ],
  ),
  'COD-65': heartbeat('backup', [success(20, shopBackup)], [[success(20, { ...shopBackup, oldest_backup_days: 3 })]]),
  'COD-66': heartbeat('restore', [success(100)], [[failure(100)], [silence(32 * 24)]]),
  'DNT-07': heartbeat(
    'backup',
    [success(20, clinicBackup)],
    [
      [success(20, clinicBackup), failure(24)],
      [success(20, clinicBackup), silence(30)],
      [success(20, { ...clinicBackup, redis_bytes: 0 })],
    ],
  ),
  'DNT-08': heartbeat('restore', [success(100), success(170)], [[success(100), silence(8 * 24)]]),
  'DNT-09': heartbeat(
    'backup',
    [success(20, clinicBackup)],
    [[success(20, { ...clinicBackup, oldest_backup_days: 10 })]],
  ),
}
