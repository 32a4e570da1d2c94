/** One line of the table "Numbers to hold": what was measured beside its peer in the same run. Nothing here passes or fails a test. */
export interface Row {
  readonly what: string
  /** With its unit: `0.31 CPU-s`. */
  readonly ours: string
  readonly peer: string
  /** Ours ÷ peer, where there is a peer; else the figure that is compared with the bar. */
  readonly ratio?: number
  /** The first bar, as design says it: `0.6`, `180 MB`. */
  readonly bar: string
}

/** The middle value. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Runs two measurements in turn, A B A B …, and gives the median of each and of the ratio pair by pair. */
export async function pairs(
  rounds: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ readonly ours: number; readonly peer: number; readonly ratio: number }> {
  const measured: [number, number][] = []
  for (let round = 0; round < rounds; round++) measured.push([await ours(), await peer()])
  return {
    ours: median(measured.map(([a]) => a)),
    peer: median(measured.map(([, b]) => b)),
    ratio: median(measured.map(([a, b]) => a / b)),
  }
}
