/** k6's stream of samples as a line over time, in bounded memory. Pure but for what it remembers. */

import type { LoadRun } from '../core/ports.ts'

export type SeriesEntry = LoadRun['series'][number]

export interface Series {
  /** One line of k6's JSON output. What is no sample we need is passed over cheaply. */
  add(line: string): void
  /** The last second that is complete, for the progress line. */
  readonly latest: SeriesEntry | undefined
  /** All buckets so far, oldest first. */
  entries(): readonly SeriesEntry[]
  /** Streamed samples of gauges, which keep no count of their own, by k6's key (with tags). */
  readonly points: Readonly<Record<string, number>>
}

interface Bucket {
  users: number
  requests: number
  failed: number
  judged: number
  /** Counts of durations by logarithmic class, so that buckets can be joined and percentiles keep an error below 2 %. */
  readonly durations: Map<number, number>
}

interface Sample {
  readonly metric: string
  readonly data: { readonly time: string; readonly value: number; readonly tags?: Readonly<Record<string, string>> }
}

const growth = Math.log(1.04)
const classOf = (ms: number) => Math.ceil(Math.log(Math.max(ms, 0.01)) / growth)
const middleOf = (index: number) => Math.exp((index - 0.5) * growth)

/** More buckets than a chart has pixels help nobody: at this number, two become one. */
const mostBuckets = 600

/** @param onSecond called with the last complete bucket whenever the next one begins */
export function createSeries(onSecond?: (entry: SeriesEntry) => void): Series {
  const gauges: Selector[] = []
  const points: Record<string, number> = {}
  let buckets: (Bucket | undefined)[] = []
  let width = 1_000
  let start: number | undefined
  let latest: SeriesEntry | undefined

  const bucketAt = (time: number): Bucket => {
    start ??= time
    let index = Math.max(0, Math.floor((time - start) / width))
    while (index >= mostBuckets) {
      buckets = Array.from({ length: Math.ceil(buckets.length / 2) }, (_, half) =>
        join(buckets[2 * half], buckets[2 * half + 1]),
      )
      width *= 2
      index = Math.floor((time - start) / width)
    }
    const found = buckets[index]
    if (found !== undefined) return found
    const previous = buckets.at(-1)
    const bucket: Bucket = {
      users: previous?.users ?? 0,
      requests: 0,
      failed: 0,
      judged: 0,
      durations: new Map(),
    }
    const isNext = index >= buckets.length && previous !== undefined
    buckets[index] = bucket
    if (isNext) {
      latest = entryOf(previous, buckets.indexOf(previous) * width, width)
      onSecond?.(latest)
    }
    return bucket
  }

  const count = (sample: Sample) => {
    for (const { key, metric, tags } of gauges) {
      if (metric !== sample.metric || !tags.every(([name, value]) => sample.data.tags?.[name] === value)) continue
      points[key] = (points[key] ?? 0) + 1
    }
  }

  return {
    add(line) {
      if (line.startsWith('{"type":"Metric"')) {
        gauges.push(...gaugesOf(line))
        return
      }
      const metric = /^\{"metric":"([^"]+)","type":"Point"/.exec(line)?.[1]
      const isCharted = metric !== undefined && charted.has(metric)
      if (metric === undefined || (!isCharted && !gauges.some(gauge => gauge.metric === metric))) return
      const sample = parse<Sample>(line)
      if (sample === undefined) return
      count(sample)
      if (isCharted) record(bucketAt(Date.parse(sample.data.time)), sample)
    },
    get latest() {
      return latest
    },
    entries: () =>
      buckets.flatMap((bucket, index) => (bucket === undefined ? [] : [entryOf(bucket, index * width, width)])),
    points,
  }
}

const charted = new Set(['vus', 'http_reqs', 'http_req_duration', 'http_req_failed'])

function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T
  } catch {
    // A script may print to the same stream; a line that only looks like ours is none.
    return undefined
  }
}

interface Definition {
  readonly data: {
    readonly name: string
    readonly type: string
    readonly submetrics?: readonly { readonly name: string }[] | null
  }
}

/** k6 describes each metric, with the parts of it that thresholds mean, before its first sample. */
function gaugesOf(line: string): readonly Selector[] {
  const definition = parse<Definition>(line)?.data
  if (definition?.type !== 'gauge') return []
  return [definition.name, ...(definition.submetrics ?? []).map(part => part.name)].map(parseSelector)
}

interface Selector {
  readonly key: string
  readonly metric: string
  readonly tags: readonly (readonly [string, string])[]
}

/** `queue_size{scope:upload}` as a metric and its tags. */
function parseSelector(key: string): Selector {
  const [, metric = key, inner] = /^([^{]+)\{(.*)\}$/.exec(key) ?? []
  const tags = (inner ?? '')
    .split(',')
    .filter(Boolean)
    .map(pair => {
      const colon = pair.indexOf(':')
      return [pair.slice(0, colon).trim(), unquote(pair.slice(colon + 1).trim())] as const
    })
  return { key, metric, tags }
}

const unquote = (text: string) => text.replace(/^(["'])(.*)\1$/, '$2')

function record(bucket: Bucket, { metric, data: { value } }: Sample) {
  if (metric === 'vus') bucket.users = value
  if (metric === 'http_reqs') bucket.requests += value
  if (metric === 'http_req_failed') {
    bucket.judged++
    bucket.failed += value
  }
  if (metric === 'http_req_duration') {
    const index = classOf(value)
    bucket.durations.set(index, (bucket.durations.get(index) ?? 0) + 1)
  }
}

function join(a: Bucket | undefined, b: Bucket | undefined): Bucket | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const durations = new Map(a.durations)
  for (const [index, count] of b.durations) durations.set(index, (durations.get(index) ?? 0) + count)
  return {
    users: Math.max(a.users, b.users),
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    judged: a.judged + b.judged,
    durations,
  }
}

const entryOf = (bucket: Bucket, at: number, width: number): SeriesEntry => ({
  at: at / 1_000,
  users: bucket.users,
  rps: bucket.requests / (width / 1_000),
  p95: percentile(bucket.durations, 0.95),
  failed: bucket.judged === 0 ? 0 : bucket.failed / bucket.judged,
})

/** Nearest rank; 0 without samples, which a chart can draw. */
function percentile(durations: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...durations].toSorted(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  let rank = Math.ceil(total * share)
  for (const [index, count] of sorted) {
    rank -= count
    if (rank <= 0) return Number(middleOf(index).toFixed(1))
  }
  return 0
}
