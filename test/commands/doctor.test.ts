import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  command,
  type Finding,
  judgeClock,
  judgeHandles,
  judgeMemory,
  judgeNode,
} from '../../runner/commands/doctor.ts'
import { findProgram } from '../../runner/system/programs.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('says what is there, as a table and as JSON, and leaves nothing behind', async () => {
  using folder = tempFolder()
  // The search for a browser has tests of its own and takes its time.
  const env = { ...process.env, VEDETTE_BROWSER: findProgram(process.env, 'chromium-headless-shell') }
  const io = capturedIo({ cwd: folder.path, env })
  await command.run([], io)
  for (const part of ['node', 'browser', 'k6', 'data', 'shm', 'memory', 'files', 'clock', 'apt']) {
    expect(io.stdout).toMatch(new RegExp(`^${part} +(?:good|poor|missing) `, 'm'))
  }
  expect(io.stdout).toMatch(/^k6 +good +2\.\d+\.\d+ \(/m)
  expect(io.stdout).toMatch(/^browser +\w+ +\S+ \d+\.\d+/m)
  const json = capturedIo({ cwd: folder.path, env })
  const code = await command.run(['--json'], json)
  const findings = JSON.parse(json.stdout) as readonly Finding[]
  expect(findings.filter(finding => finding.state === 'missing')).toEqual([])
  expect(code).toBe(0)
  expect(readdirSync(folder.path)).toEqual([])
})

test('what is missing is told with its cost, and the exit code is 1', async () => {
  using folder = tempFolder({ file: 'in the way' })
  const io = capturedIo({
    cwd: folder.path,
    env: { ...process.env, VEDETTE_K6: '/nowhere/k6', VEDETTE_BROWSER: '/nowhere/browser' },
  })
  expect(await command.run(['--data', join(folder.path, 'file', 'inside')], io)).toBe(1)
  expect(io.stdout).toMatch(/^k6: no load runs/m)
  expect(io.stdout).toMatch(/^browser: no journeys.*setup browser/m)
  expect(io.stdout).toMatch(/^data: .*another folder with --data/m)
})

test.each<[string, Finding, Finding['state']]>([
  ['the oldest node', judgeNode('24.15.0'), 'good'],
  ['too old a node', judgeNode('24.14.9'), 'missing'],
  ['a newer node', judgeNode('26.0.0'), 'good'],
  ['enough memory', judgeMemory(4e9, 1e9), 'good'],
  ['little memory', judgeMemory(0.5e9, 0.1e9), 'poor'],
  ['many files', judgeHandles('Max open files            1048576              1048576              files'), 'good'],
  [
    'files without end',
    judgeHandles('Max open files            unlimited            unlimited            files'),
    'good',
  ],
  ['few files', judgeHandles('Max open files            1024                 4096                 files'), 'poor'],
  ['an unreadable limit', judgeHandles(undefined), 'poor'],
  ['a synchronised clock', judgeClock(Date.UTC(2026, 5), Date.UTC(2026, 0), 'yes'), 'good'],
  ['a clock nobody tells of', judgeClock(Date.UTC(2026, 5), Number.NaN, ''), 'good'],
  ['a clock that is not synchronised', judgeClock(Date.UTC(2026, 5), Number.NaN, 'no'), 'poor'],
  ['a clock of yesterday', judgeClock(Date.UTC(2025, 5), Date.UTC(2026, 0), 'yes'), 'poor'],
])('%s', (_, finding, state) => {
  expect(finding.state).toBe(state)
  if (state === 'missing') expect(finding.cost).toBeTruthy()
})
