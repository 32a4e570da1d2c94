import type { Phase, PhaseName } from '../../core/contracts.ts'

/** The phases between moments that follow each other; one that was not reached is left out. */
export function phasesBetween(
  started: number,
  marks: readonly (readonly [PhaseName, number | undefined])[],
  hop: number,
): readonly Phase[] {
  const phases: Phase[] = []
  let from = started
  for (const [name, end] of marks) {
    if (end === undefined) continue
    phases.push({ name, duration: end - from, hop })
    from = end
  }
  return phases
}
