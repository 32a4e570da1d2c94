import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test, vi } from 'vitest'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { heartbeatsOf } from '../../runner/engine/heartbeat-rule.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { jobs } from './jobs.ts'

/** `npm start` as npm starts it, with one system at free ports; whoever belongs to it is known by a variable that all of them inherit. */
function start(system = 'assessment') {
  const folder = tempFolder()
  const mark = `VEDETTE_DEMO=${randomUUID()}`
  const [name, value] = mark.split('=') as [string, string]
  const argv = [join(import.meta.dirname, 'demo.ts'), system, '--free-ports', '--port', '0', '--data', folder.path]
  const demo = spawn(process.execPath, argv, {
    env: { ...process.env, [name]: value },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own, as a terminal gives it, so that Ctrl-C reaches all that is in it and not this test.
    detached: true,
  })
  const belonging = () =>
    readdirSync('/proc').flatMap(pid => {
      if (!/^\d+$/.test(pid)) return []
      try {
        const theirs = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)
        return theirs ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')] : []
      } catch {
        return []
      }
    })
  onTestFinished(() => {
    if (demo.exitCode === null && demo.signalCode === null) demo.kill('SIGKILL')
    folder[Symbol.dispose]()
  })
  const lines: string[] = []
  const reader = createInterface(demo.stdout)
  reader.on('line', line => lines.push(line))
  /** Resolves once this many lines with an address were printed. */
  const addresses = (count: number) =>
    new Promise<readonly string[]>(resolve => {
      const look = () => {
        const found = lines.filter(line => line.includes('http://'))
        if (found.length < count) return
        reader.off('line', look)
        resolve(found)
      }
      reader.on('line', look)
      look()
    })
  return { demo, belonging, addresses, ended: once(demo, 'exit') }
}

const page = /^Vedette: (http:\/\/127\.0\.0\.1:\d+) \(watching assessment of assessment\)$/

test('the first address is the page of Vedette, targets come after it, and SIGTERM ends everything, browsers too', async () => {
  const { demo, belonging, addresses, ended } = start()
  const [first, second] = await addresses(2)
  expect(first).toMatch(page)
  expect(second).toMatch(/^ {2}assessment +http:\/\/127\.0\.0\.1:\d+$/)
  const url = page.exec(first!)![1]!
  const target = /http:\S+/.exec(second!)![0]
  expect((await fetch(`${target}/health/dependencies`)).status).toBe(200)
  await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), { timeout: 20_000 })
  // A browser is what survives most easily: it leads a group of its own.
  await vi.waitFor(() => expect(belonging().join('\n')).toMatch(/headless[_-]shell|chrom/), {
    timeout: 40_000,
    interval: 100,
  })
  demo.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  await vi.waitFor(() => expect(belonging()).toEqual([]), { timeout: 5_000, interval: 50 })
})

test('jobs tell of themselves, so that no heartbeat is missed', async () => {
  const { demo, addresses, ended } = start('cod-admin')
  const url = /http:\S+/.exec((await addresses(1))[0]!)![0]
  const heartbeats = async () => {
    const { checks } = (await (await fetch(`${url}/api/v1/checks`)).json()) as {
      readonly checks: readonly { readonly check: string; readonly kind: string; readonly health: { state: string } }[]
    }
    return checks.flatMap(({ check, kind, health }) => (kind === 'heartbeat' ? [`${check} ${health.state}`] : []))
  }
  await vi.waitFor(async () => expect(await heartbeats()).toEqual(['backup up', 'restore up', 'host up']), {
    timeout: 20_000,
  })
  demo.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('each heartbeat of the reference systems has a job', async () => {
  const { configuration } = await loadConfiguration({ cwd: packageFolder, env: {} })
  expect(Object.keys(jobs).toSorted()).toEqual(
    heartbeatsOf(configuration.systems)
      .map(({ key }) => key)
      .toSorted(),
  )
})

test('Ctrl-C ends everything, also at once', async () => {
  const { demo, belonging, addresses, ended } = start()
  await addresses(1)
  process.kill(-demo.pid!, 'SIGINT')
  expect(await ended).toEqual([0, null])
  await vi.waitFor(() => expect(belonging()).toEqual([]), { timeout: 5_000, interval: 50 })
})

test.each<[string, readonly string[], string | RegExp]>([
  [
    'a system that there is not',
    ['cod-admn'],
    "expected reference systems (cod-admin, agent-portal, therapy, assessment, dental), found 'cod-admn'; did you mean 'cod-admin'?\n",
  ],
  [
    'promises from an unset variable',
    ['--break', ''],
    /^expected --break with ids of promises such as COD-\d+, found none \(an unset variable\?\); leave it out to break nothing\n$/,
  ],
  [
    'a data folder from an unset variable',
    ['--data', ''],
    'expected --data to have a value, found nothing (an unset variable?)\n',
  ],
  [
    'an option that there is not',
    ['--brake', 'COD-14'],
    "expected one of the options --break, --port, --free-ports, --data, --config, found '--brake'; did you mean '--break'?\n",
  ],
  ['an option without its value', ['--break'], "Option '--break <value>' argument missing\n"],
])('%s is refused before anything starts', async (_, argv, message) => {
  const demo = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts'), ...argv])
  onTestFinished(() => void demo.kill('SIGTERM'))
  let said = ''
  demo.stderr.on('data', (text: Buffer) => {
    said += text.toString()
  })
  expect(await once(demo, 'close')).toEqual([2, null])
  expect(said).toMatch(message)
})
