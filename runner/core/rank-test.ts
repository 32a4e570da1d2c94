/** Whether two samples differ, without an assumption about their shape. */

export interface RankTest {
  /** How likely a difference as large as this comes by chance alone; two-sided. 1 when nothing can be told. */
  readonly p: number
  /** How likely a value of the second sample is above one of the first, ties counted half. 0.5: no difference. */
  readonly above: number
}

/** Mann–Whitney U by its normal approximation, corrected for ties and continuity: good from about eight values a side. */
export function rankTest(first: readonly number[], second: readonly number[]): RankTest {
  const [n, m] = [first.length, second.length]
  if (n === 0 || m === 0) return { p: 1, above: 0.5 }
  const all = [
    ...first.map(value => ({ value, second: false })),
    ...second.map(value => ({ value, second: true })),
  ].sort((a, b) => a.value - b.value)
  let rankSum = 0
  let ties = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to]!.value === all[from]!.value) to += 1
    const rank = (from + 1 + to) / 2
    for (let index = from; index < to; index += 1) if (all[index]!.second) rankSum += rank
    ties += (to - from) ** 3 - (to - from)
    from = to
  }
  const u = rankSum - (m * (m + 1)) / 2
  const total = n + m
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  const above = u / (n * m)
  if (!(variance > 0)) return { p: 1, above }
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance)
  return { p: Math.min(1, 2 * normalTail(z)), above }
}

/** Upper tail of the normal distribution, relative error under 1.2e-7 (Numerical Recipes, erfc by Chebyshev). */
function normalTail(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + x / 2)
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ]
  const sum = terms.reduceRight((rest, term) => term + t * rest, 0)
  return (t * Math.exp(-x * x + sum)) / 2
}

/** Fisher's exact test, two-sided: `a` of `n` against `b` of `m`. */
export function shareTest(a: number, n: number, b: number, m: number): number {
  if (n === 0 || m === 0) return 1
  const hits = a + b
  const logs = logFactorials(n + m)
  const choose = (of: number, some: number) => logs[of]! - logs[some]! - logs[of - some]!
  const probability = (x: number) => Math.exp(choose(n, x) + choose(m, hits - x) - choose(n + m, hits))
  const seen = probability(a) * (1 + 1e-7)
  let p = 0
  for (let x = Math.max(0, hits - m); x <= Math.min(n, hits); x += 1) {
    const each = probability(x)
    if (each <= seen) p += each
  }
  return Math.min(1, p)
}

function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1)
  for (let index = 2; index <= n; index += 1) logs[index] = logs[index - 1]! + Math.log(index)
  return logs
}

/** Holm's correction: the more questions are asked, the less one small p tells. In the order given. */
export function corrected(ps: readonly number[]): readonly number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p)
  const result = new Array<number>(ps.length).fill(1)
  let largest = 0
  for (const [rank, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (ps.length - rank)))
    result[index] = largest
  }
  return result
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
