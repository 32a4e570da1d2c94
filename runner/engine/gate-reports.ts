import type { Clock } from '../core/contracts.ts'
import type { Reporter } from '../core/ports.ts'

/** A reporter that never fails and never delays: the calls of each of its reporters wait for each other only. */
export interface Reports extends Required<Omit<Reporter, 'name'>> {
  /** Resolves when every reporter is done, or gave up. */
  done(): Promise<void>
}

const patience = 10_000

/**
 * Joins reporters. One that throws is told about once, by `onTrouble`, and left out from then on; a report is never a reason for
 * another decision. One that does not come back within ten seconds after the end is left behind.
 */
export function joinReporters(
  reporters: readonly Reporter[],
  clock: Clock,
  onTrouble: (message: string) => void,
): Reports {
  const lanes = reporters.map(reporter => ({ reporter, last: Promise.resolve(), broken: false }))
  const tell = (call: (reporter: Reporter) => void | Promise<void>) => {
    for (const lane of lanes) {
      lane.last = lane.last.then(async () => {
        if (lane.broken) return
        try {
          await call(lane.reporter)
        } catch (error) {
          lane.broken = true
          onTrouble(`reporter ${lane.reporter.name} failed: ${(error as Error)?.message ?? String(error)}`)
        }
      })
    }
  }
  return {
    onPlan: plan => tell(reporter => reporter.onPlan?.(plan)),
    onProgress: message => tell(reporter => reporter.onProgress?.(message)),
    onResult: result => tell(reporter => reporter.onResult?.(result)),
    onDecision: decision => tell(reporter => reporter.onDecision?.(decision)),
    async done() {
      await Promise.all(
        lanes.map(
          lane =>
            new Promise<void>(resolve => {
              const cancel = clock.timer(patience, () => {
                onTrouble(`reporter ${lane.reporter.name} did not end within 10 s and was left behind`)
                resolve()
              })
              void lane.last.then(() => {
                cancel()
                resolve()
              })
            }),
        ),
      )
    },
  }
}
