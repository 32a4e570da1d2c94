import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test, vi } from 'vitest'
import { listProcesses, markOf, readProcess } from '../../runner/system/process-tree.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { define, plainScript, run, scriptIn, serve } from './support.ts'

const documented = { documented: { from: 'COD-01', stages: ['0s:5', '1s:5'] } }
const limits = { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.01'] }

test('passes when the promises are kept, with figures, samples and a line over time', async () => {
  await using server = await serve((_, answer) => answer.end('fine'))
  using folder = tempFolder({ 'script.ts': plainScript })
  const progress: number[] = []
  const result = await run(
    define({ script: scriptIn(folder.path), profiles: { documented: { from: 'COD-01', stages: ['0s:5', '2s:5'] } } }),
    server.url,
    { onProgress: entry => progress.push(entry.users) },
  )
  expect(result.detail).toBeUndefined()
  expect(result).toMatchObject({ verdict: 'passed', stages: ['0s:5', '2s:5'], timeScale: 1, k6: { exitCode: 0 } })
  const duration = result.thresholds.find(threshold => threshold.metric === 'http_req_duration')!
  expect(duration).toMatchObject({ expression: 'p(95)<500', verdict: 'passed', requirement: 'COD-01' })
  expect(duration.samples).toBeGreaterThan(10)
  expect(duration.samples).toBe(result.metrics['http_reqs']?.['count'])
  expect(result.series.length).toBeGreaterThanOrEqual(2)
  expect(progress).toContain(5)
  expect(result.series.reduce((sum, entry) => sum + entry.rps, 0)).toBe(duration.samples)
})

test('is red when the p95 is over its limit', async () => {
  // Whoever asks waits at least as long as we held the answer, and no longer than the whole run took, however busy the machine is.
  const held: number[] = []
  await using server = await serve((_, answer) => {
    const asked = performance.now()
    setTimeout(() => {
      held.push(performance.now() - asked)
      answer.end('late')
    }, 600)
  })
  using folder = tempFolder({ 'script.ts': plainScript })
  const begun = performance.now()
  const result = await run(define({ script: scriptIn(folder.path), profiles: documented }), server.url)
  const whole = performance.now() - begun
  expect(result).toMatchObject({ verdict: 'failed', k6: { exitCode: 99 } })
  const p95 = result.metrics['http_req_duration']!['p(95)']!
  // As k6 writes it: to a hundredth.
  expect(p95).toBeGreaterThanOrEqual(Math.floor(Math.min(...held) * 100) / 100)
  expect(p95).toBeLessThanOrEqual(whole)
  const told = /http_req_duration p\(95\)<500 \(COD-01\) was crossed: ([\d.]+)/.exec(result.detail!)?.[1]
  expect(Number(told)).toBe(Number(p95.toPrecision(4)))
  expect(result.thresholds.map(threshold => threshold.verdict).toSorted()).toEqual(['failed', 'passed'])
})

test('is red when too many requests fail', async () => {
  let count = 0
  await using server = await serve((_, answer) => answer.writeHead(count++ % 10 === 0 ? 500 : 200).end())
  using folder = tempFolder({ 'script.ts': plainScript })
  const result = await run(define({ script: scriptIn(folder.path), profiles: documented }), server.url)
  expect(result.verdict).toBe('failed')
  expect(result.detail).toContain('http_req_failed rate<0.01 (COD-01) was crossed')
})

test('a threshold without samples is unknown, although k6 says that it was kept', async () => {
  await using server = await serve((_, answer) => answer.end())
  using folder = tempFolder({ 'script.ts': plainScript })
  const thresholds = { ...limits, 'http_req_duration{name:mistyped}': ['p(95)<500'] }
  const result = await run(
    define({ script: scriptIn(folder.path), stages: ['0s:2', '500ms:2'], thresholds }),
    server.url,
  )
  expect(result).toMatchObject({ verdict: 'unknown', k6: { exitCode: 0 } })
  expect(result.detail).toBe('http_req_duration{name:mistyped} p(95)<500 had no samples')
})

test('a script that throws in its iterations proves nothing', async () => {
  await using server = await serve((_, answer) => answer.end())
  using folder = tempFolder({ 'script.ts': plainScript.replace('sleep(0.05)', "throw new Error('no such order')") })
  const result = await run(
    define({ script: scriptIn(folder.path), stages: ['0s:2', '300ms:2'], thresholds: limits }),
    server.url,
  )
  expect(result.verdict).toBe('unknown')
  expect(result.detail).toMatch(/the script threw in \d+ iterations: Error: no such order at default .*script\.ts:5/)
})

test('a script that throws at its start is unknown, with its words', async () => {
  using folder = tempFolder({ 'script.ts': "throw new Error('no accounts')\nexport default function () {}\n" })
  const result = await run(define({ script: scriptIn(folder.path), profiles: documented }), 'http://127.0.0.1:1')
  expect(result).toMatchObject({ verdict: 'unknown', k6: { exitCode: 107 }, metrics: {} })
  expect(result.detail).toContain('no accounts')
  expect(result.thresholds.map(threshold => threshold.verdict)).toEqual(['unknown', 'unknown'])
})

test('an unknown metric is refused by k6 and told in words', async () => {
  using folder = tempFolder({ 'script.ts': plainScript })
  const result = await run(
    define({ script: scriptIn(folder.path), stages: ['0s:1', '200ms:1'], thresholds: { ordres: ['count>1'] } }),
    'http://127.0.0.1:1',
  )
  expect(result.verdict).toBe('unknown')
  expect(result.detail).toMatch(/^k6 refused its options \(exit code 104\): .*ordres/)
})

test('an interruption ends k6, leaves nothing behind and is unknown', async () => {
  const stop = new AbortController()
  await using server = await serve((_, answer) => answer.end())
  using folder = tempFolder({ 'script.ts': plainScript })
  const result = await run(
    define({ script: scriptIn(folder.path), stages: ['0s:3', '60s:3'], thresholds: limits }),
    server.url,
    { signal: stop.signal, onProgress: () => stop.abort('SIGINT') },
  )
  expect(result).toMatchObject({ verdict: 'unknown', detail: expect.stringContaining('the run was interrupted') })
  expect(result.k6.exitCode).toBe(105)
  expect(k6Of(process.pid)).toEqual([])
  expect(readdirSync(tmpdir()).filter(name => name.startsWith(`vedette-${process.pid}-`))).toEqual([])
})

/** The k6 that a process started, found by its mark; the process that began the mark is its first part. */
const k6Of = (pid: number) =>
  listProcesses().filter(process => {
    const mark = markOf(process.pid)
    return mark?.startsWith(`${pid}-`) === true && mark.endsWith('/k6')
  })

test('a k6 that somebody kills proves nothing', async () => {
  await using server = await serve((_, answer) => answer.end())
  using folder = tempFolder({ 'script.ts': plainScript })
  const result = await run(
    define({ script: scriptIn(folder.path), stages: ['0s:3', '60s:3'], thresholds: limits }),
    server.url,
    { onProgress: () => k6Of(process.pid).forEach(({ pid }) => void process.kill(pid, 'SIGKILL')) },
  )
  expect(result).toMatchObject({ verdict: 'unknown', detail: 'k6 was killed by signal 9', k6: { exitCode: 137 } })
  expect(result.series.length).toBeGreaterThan(0)
})

test('k6 does not outlive a Vedette that was killed', async () => {
  await using server = await serve((_, answer) => answer.end())
  using folder = tempFolder({
    'script.ts': plainScript,
    'package.json': '{ "type": "module" }',
    'vedette.config.ts': `import { defineConfig, defineSystem, load } from 'vedette'
const part = load({ script: './script.ts', stages: ['0s:2', '60s:2'], thresholds: { http_reqs: ['count>1'] } })
export default defineConfig({ systems: [defineSystem('shop', { url: '${server.url}', checks: [part] })] })
`,
  })
  const cli = join(import.meta.dirname, '../../runner/cli.ts')
  const vedette = spawn(process.execPath, [cli, 'load', 'shop'], {
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // The first line of progress: k6 is at work.
  for await (const line of createInterface(vedette.stderr)) if (line.includes('requests/s')) break
  const [k6] = k6Of(vedette.pid!)
  expect(k6).toBeDefined()
  vedette.kill('SIGKILL')
  await vi.waitFor(() => expect(readProcess(k6!.pid)?.started).not.toBe(k6!.started), { timeout: 10_000 })
  await vi.waitFor(
    () => expect(readdirSync(tmpdir()).filter(name => name.startsWith(`vedette-${vedette.pid}-`))).toEqual([]),
    { timeout: 10_000 },
  )
})

test('a script without a default function runs by its scenarios', async () => {
  const paths = new Set<string | undefined>()
  await using server = await serve((request, answer) => {
    paths.add(request.url)
    answer.end()
  })
  using folder = tempFolder({
    'script.js': `import http from 'k6/http'
export const options = {
  scenarios: { buyers: { executor: 'per-vu-iterations', vus: 2, iterations: 3, exec: 'buy' } },
}
export function buy() {
  http.post(__ENV.BASE_URL + '/buy')
}
`,
  })
  const result = await run(define({ script: join(folder.path, 'script.js'), thresholds: limits }), server.url)
  expect(result).toMatchObject({ verdict: 'passed', metrics: { iterations: { count: 6 } } })
  expect([...paths]).toEqual(['/buy'])
})

test("somebody's own script runs unchanged: setup, modules, data files, thresholds, tags and report", async () => {
  const paths = new Set<string>()
  await using server = await serve((request, answer) => {
    paths.add(String(request.url))
    answer.end()
  })
  using folder = tempFolder({
    'data/orders.json': '["a","b"]',
    'lib/orders.ts': "export const orders: string[] = JSON.parse(open('../data/orders.json'))\n",
    'script.ts': `import http from 'k6/http'
import { Gauge } from 'k6/metrics'
import { orders } from './lib/orders.ts'
const size = new Gauge('queue_size')
const never = new Gauge('never_measured')
export const options = {
  vus: 2,
  duration: '30s',
  thresholds: { queue_size: ['value<5'], http_reqs: [{ threshold: 'count>1', abortOnFail: false }] },
}
export function setup() {
  return { order: orders[1] }
}
export default function (data: { order: string }) {
  http.get(__ENV.VEDETTE_URL_API + '/orders/' + data.order + __ENV.SUFFIX, { tags: { name: '/orders/{id}' } })
  size.add(3)
}
export function handleSummary() {
  return { stdout: 'my own words', 'report.txt': 'my own report' }
}
`,
  })
  const load = define({
    script: scriptIn(folder.path),
    thresholds: { 'http_req_duration{name:/orders/{id}}': ['p(99.9)<500'], http_reqs: ['count > 1'] },
    env: { SUFFIX: '?from=load' },
  })
  const result = await run(load, server.url, {
    urls: { web: 'http://127.0.0.1:1', api: server.url },
    timeScale: 0.02,
    cwd: folder.path,
  })
  expect(result.detail).toBeUndefined()
  expect(result).toMatchObject({ verdict: 'passed', stages: [] })
  expect([...paths]).toEqual(['/orders/b?from=load'])
  expect(result.thresholds.map(({ metric, expression }) => `${metric} ${expression}`).toSorted()).toEqual([
    'http_req_duration{name:/orders/{id}} p(99.9)<500',
    'http_reqs count>1',
    'queue_size value<5',
  ])
  expect(result.thresholds.every(threshold => threshold.samples > 1)).toBe(true)
  expect(readFileSync(join(folder.path, 'report.txt'), 'utf8')).toBe('my own report')
})

test('k6 gets no environment of ours, and no secret as an argument', async () => {
  await using server = await serve((request, answer) =>
    answer.writeHead(request.url === '/seen/none' ? 200 : 500).end(),
  )
  using folder = tempFolder({
    'script.ts': `import http from 'k6/http'
export default function () {
  http.get(__ENV.BASE_URL + '/seen/' + (__ENV.K6_VUS || __ENV.OUR_TOKEN || 'none'))
}
`,
  })
  const result = await run(
    define({ script: scriptIn(folder.path), stages: ['0s:1', '300ms:1'], thresholds: limits }),
    server.url,
    { env: { ...process.env, K6_VUS: '40', OUR_TOKEN: 'hidden' } },
  )
  expect(result.verdict).toBe('passed')
  await expect(run(define({ script: scriptIn(folder.path), env: { K6_VUS: '40' } }), server.url)).rejects.toThrow(
    /found K6_VUS, which would override k6's options/,
  )
})
