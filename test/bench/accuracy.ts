import { join } from 'node:path'
import { runId } from '../../runner/core/ports.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { pairs, type Row } from './row.ts'
import { pause, startTarget, startWatched } from './watched.ts'

const seconds = 12

/**
 * The error of a measured waiting time at 500 probes a second beside page views, scrapes and writes: what a run measured, less what the target
 * really took. The peer is the same program with its probes in the main loop.
 */
export async function bench(): Promise<readonly Row[]> {
  const { ours, peer, ratio } = await pairs(
    3,
    () => errorP99(false),
    () => errorP99(true),
  )
  return [
    {
      what: 'p99 error of a measured latency, 500 probes a second',
      ours: `${ours.toFixed(2)} ms`,
      peer: `one loop ${peer.toFixed(2)} ms`,
      ratio,
      bar: '1/8',
    },
  ]
}

async function errorP99(oneLoop: boolean): Promise<number> {
  await using target = await startTarget()
  using folder = tempFolder()
  // One in ten is measured; the others are the load.
  const checks = `Array.from({ length: 1_000 }, (_, index) => check('c' + index, { probe: http(index % 10 === 0 ? '/wait' : '/'), every: '2s', retry: { attempts: 0 } }))`
  {
    await using watched = await startWatched(checks, target.http, { oneLoop, folder: folder.path })
    const { url } = await watched.figures()
    while ((await watched.figures()).seen < 1_000) await pause(200)
    const until = performance.now() + seconds * 1_000
    while (performance.now() < until) {
      for (const path of ['/metrics', '/', '/checks/shop/c10']) await (await fetch(url + path)).arrayBuffer()
      await pause(1_000)
    }
  }
  const took = await target.took()
  await using store = await createSqliteStore({ path: join(folder.path, 'history.db'), clock: realClock })
  const results = await store.results({ limit: 10_000, verdicts: ['passed'] })
  const errors = results.flatMap(result => {
    const real = took.get(runId(result))
    const wait = result.phases.find(phase => phase.name === 'wait')
    return real === undefined || wait === undefined ? [] : [Math.abs(wait.duration - real)]
  })
  if (errors.length < 100) throw new Error(`expected measured runs, found ${errors.length} of ${results.length}`)
  return errors.toSorted((a, b) => a - b)[Math.floor(errors.length * 0.99)]!
}
