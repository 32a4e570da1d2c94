import type { Row } from './row.ts'
import { pause, startPeer, startTarget, startWatched } from './watched.ts'

/**
 * How late runs begin with 10,000 checks a minute, each a real request, pages and metrics being served beside them. The peer is as many bare
 * timers in a process beside it, which do nothing: what the machine itself is late by.
 */
export async function bench(): Promise<readonly Row[]> {
  await using target = await startTarget()
  const checks = `Array.from({ length: 10_000 }, (_, index) => check('c' + index, { probe: http('/'), every: '1m' }))`
  await using watched = await startWatched(checks, target.http)
  while (!(await watched.figures()).self.ready) await pause(200)
  // The first minute belongs to the start: what it interrupted is made up for, and code is compiled.
  await pause(60_000)
  await using timers = await startPeer('timers-process.ts', ['10000'])
  // What piled up while they were made.
  await pause(5_000)
  await timers.ask('late')
  const before = await watched.figures()
  await pause(60_000)
  const bare = await timers.ask('late')
  const after = await watched.figures()
  const { self, seen } = after
  const ran = after.ran - before.ran
  const missed = self.missed - before.self.missed
  return [
    {
      what: 'schedule lateness p99, 10,000 checks a minute',
      ours: `${self.lateness.p99.toFixed(2)} ms (p50 ${self.lateness.p50.toFixed(2)}, max ${self.lateness.max.toFixed(1)}; ${ran} runs of ${seen} checks, ${missed} missed)`,
      peer: `bare timers ${bare.toFixed(2)} ms`,
      ratio: self.lateness.p99 / bare,
      bar: '5 ms, none missed',
    },
  ]
}
