import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { tempFolder } from '../support/temp-folder.ts'
import type { Row } from './row.ts'
import { pause } from './watched.ts'

const minutes = 30

interface Result {
  readonly system: string
  readonly check: string
  readonly reason?: string
  readonly detail?: string
}

/** All five healthy reference systems, watched at short intervals for half an hour: whatever fails is a false alarm. */
export async function bench(): Promise<readonly Row[]> {
  using folder = tempFolder()
  const demo = join(import.meta.dirname, '../targets/demo.ts')
  const config = join(import.meta.dirname, 'soak.config.ts')
  const child = spawn(
    process.execPath,
    [demo, '--free-ports', '--port', '0', '--data', folder.path, '--config', config],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    const page = await pageOf(child.stdout)
    const loads: number[] = []
    for (let minute = 1; minute <= minutes; minute += 1) {
      await pause(60_000)
      loads.push(loadavg()[0]!)
      if (minute % 5 === 0) console.error(`${minute} of ${minutes} minutes: ${told(await verdicts(page))}`)
    }
    for (const verdict of ['failed', 'unknown']) {
      const answer = await fetch(`${page}/api/v1/results?verdict=${verdict}&limit=1000`)
      const { results } = (await answer.json()) as { readonly results: readonly Result[] }
      for (const { system, check, reason, detail } of results)
        console.error(`${verdict}: ${system}/${check}, ${reason}: ${detail}`)
    }
    const counted = await verdicts(page)
    const load = loads.reduce((sum, each) => sum + each, 0) / loads.length
    return [
      {
        what: `five healthy systems for ${minutes} minutes, ${cpus().length} cores, mean load ${load.toFixed(1)}`,
        ours: told(counted),
        peer: '',
        ratio: counted.get('failed') ?? 0,
        bar: '0 failed',
      },
    ]
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
}

/** Its address is the first one that is printed. */
async function pageOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const found = /http:\S+/.exec(line)
    if (!found) continue
    output.resume()
    return found[0].replace(/\/$/, '')
  }
  throw new Error('expected the demo to print an address, found its end')
}

async function verdicts(page: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${page}/metrics`)).text()
  const counted = new Map<string, number>([['failed', 0]])
  for (const [, labels, count] of text.matchAll(/^vedette_runs_total\{(.*)\} (\d+)$/gm)) {
    const verdict = /verdict="(\w+)"/.exec(labels!)![1]!
    counted.set(verdict, (counted.get(verdict) ?? 0) + Number(count))
  }
  return counted
}

const told = (counted: ReadonlyMap<string, number>) =>
  [...counted].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
