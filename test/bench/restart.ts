import { tempFolder } from '../support/temp-folder.ts'
import type { Row } from './row.ts'
import { pause, startTarget, startWatched } from './watched.ts'

const interval = 20

/** From kill -9 to the moment when each of 1,000 checks has run again, in intervals. */
export async function bench(): Promise<readonly Row[]> {
  await using target = await startTarget()
  using folder = tempFolder()
  const checks = `Array.from({ length: 1_000 }, (_, index) => check('c' + index, { probe: http('/'), every: '${interval}s' }))`
  const untilAllRan = async () => {
    const start = performance.now()
    await using watched = await startWatched(checks, target.http, { folder: folder.path })
    while ((await watched.figures()).seen < 1_000) await pause(50)
    const took = (performance.now() - start) / 1_000
    await watched.kill()
    return took
  }
  const first = await untilAllRan()
  const again = await untilAllRan()
  return [
    {
      what: `all of 1,000 checks watched again after a restart, every ${interval} s`,
      ours: `${again.toFixed(1)} s (first start ${first.toFixed(1)} s)`,
      peer: 'Uptime Kuma 660 s',
      ratio: again / interval,
      bar: 'one interval, and the start itself',
    },
  ]
}
