import type { Alarms } from '../../runner/core/ports.ts'

/** Alarms of a monitor in which nothing is wrong and nobody can do anything about it. */
export function noAlarms(): Alarms {
  const missing = async (): Promise<never> => {
    throw new Error('this test has no alarms')
  }
  return {
    open: () => [],
    acknowledge: missing,
    note: missing,
    maintenance: () => [],
    maintenanceSpans: () => [],
    declareMaintenance: missing,
    endMaintenance: missing,
    notifiers: () => [],
    drill: missing,
    heartbeatOf: () => undefined,
    beat: missing,
    markDeploy: missing,
  }
}
