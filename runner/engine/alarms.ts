import { RunnerFault } from '../core/fault.ts'
import type { Alarms } from '../core/ports.ts'

export function createAlarms(): Alarms {
  const missing = async (): Promise<never> => {
    throw new RunnerFault('expected alarms, found none')
  }
  return {
    open: () => [],
    acknowledge: missing,
    note: missing,
    maintenance: () => [],
    declareMaintenance: missing,
    endMaintenance: missing,
    notifiers: () => [],
    drill: missing,
    heartbeatOf: () => undefined,
    beat: missing,
    markDeploy: missing,
  }
}
