import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { defaultLimits, startInvocation } from '../../runner/journeys/invocation.ts'
import type { ReportLine } from '../../runner/journeys/protocol.ts'
import type { NodeChild } from '../../runner/system/child.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('lines that a busy machine reads late, after the end, are not lost', async () => {
  const gone = spawn(process.execPath, ['-e', ''])
  await once(gone, 'exit')
  let tell: (line: string) => void = () => {}
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await setImmediate()
  }
  const child: NodeChild = {
    pid: gone.pid!,
    started: 'no process of today',
    exited: Promise.resolve({ code: 0, signal: null }),
    drained: turns(5).then(() => tell('{"type":"end","status":"passed"}')),
    output: () => '',
    send: () => {},
    listen: listener => {
      tell = listener
    },
  }
  // Every timer is due as soon as the loop turns, as on a machine that was busy meanwhile.
  const clock = { ...fakeClock(), sleep: () => setImmediate() }
  const lines: ReportLine[] = []
  using scratch = tempFolder()
  const { ended } = startInvocation(
    {
      install: { folder: '', cli: '', core: '', version: '' },
      cwd: '.',
      args: [],
      env: {},
      scratch: scratch.path,
      mark: 'nobody',
      limits: defaultLimits,
      spare: { child, mark: 'nobody' },
      onLine: line => lines.push(line),
    },
    process.pid,
    clock,
  )
  await ended
  expect(lines).toEqual([{ type: 'end', status: 'passed' }])
})
