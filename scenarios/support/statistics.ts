/** The value below which this share of the figures lies, by nearest rank: `percentile(durations, 0.95)`. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (found === undefined) throw new Error('expected figures to take a percentile of, found none')
  return found
}
