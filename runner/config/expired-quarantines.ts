import type { Problem } from '../core/contracts.ts'
import type { System } from '../core/definitions.ts'

/** Quarantines whose day has come: those checks alarm again, and nobody may have noticed. Only those after `since`, when it is given. */
export function expiredQuarantines(systems: readonly System[], now: number, since = 0): readonly Problem[] {
  return systems.flatMap(({ id, checks, journeys }) => {
    const parts = [
      ...checks.map(({ id: check, quarantine }) => ({ name: `check ${check}`, quarantine })),
      ...journeys.map(({ dir, quarantine }) => ({ name: `playwright ${dir}`, quarantine })),
    ]
    return parts.flatMap(({ name, quarantine }): readonly Problem[] => {
      if (quarantine === undefined || quarantine.until > now || quarantine.until <= since) return []
      const day = new Date(quarantine.until).toISOString().slice(0, 10)
      return [
        {
          level: 'warning',
          path: [`system ${id}`, name, 'quarantine', 'until'],
          message: `expected a day that lies ahead, found ${day}: it opens incidents again; take the quarantine away, or give it another day (its reason: ${quarantine.reason})`,
        },
      ]
    })
  })
}
