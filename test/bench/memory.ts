import { readFileSync } from 'node:fs'
import type { Row } from './row.ts'
import { pause, startTarget, startWatched } from './watched.ts'

/** Memory of the whole process, all threads, after two minutes of 1,000 checks every 20 s with somebody looking at the pages. */
export async function bench(): Promise<readonly Row[]> {
  await using target = await startTarget()
  const checks = `Array.from({ length: 1_000 }, (_, index) => check('c' + index, { probe: http('/'), every: '20s' }))`
  await using watched = await startWatched(checks, target.http)
  const { url } = await watched.figures()
  for (let round = 0; round < 24; round += 1) {
    await pause(5_000)
    for (const path of ['/', '/metrics']) await (await fetch(url + path)).arrayBuffer()
  }
  const status = readFileSync(`/proc/${watched.pid}/status`, 'utf8')
  const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1_000
  return [
    {
      what: 'memory without browser, 1,000 checks',
      ours: `${mb('VmRSS').toFixed(0)} MB (most ${mb('VmHWM').toFixed(0)} MB)`,
      peer: 'Uptime Kuma 473 MB',
      ratio: mb('VmRSS') / 473,
      bar: '180 MB',
    },
  ]
}
