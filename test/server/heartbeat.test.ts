import { expect, test } from 'vitest'
import { RunnerFault } from '../../runner/core/fault.ts'
import type { BeatReport } from '../../runner/core/heartbeats.ts'
import { createFakeWatch, start, watchedCheck } from '../support/fake-watch.ts'
import { type Serving, serve } from './support.ts'

const token = 'a-token-of-a-heartbeat-0123456789'

async function listening(beat?: () => Promise<never>) {
  const taken: BeatReport[] = []
  const watch = createFakeWatch({ checks: [watchedCheck('shop', 'backup', { kind: 'heartbeat' })] })
  Object.assign(watch.alarms, {
    heartbeatOf: (given: string) => (given === token ? 'shop/backup' : undefined),
    async beat(_token: string, report: BeatReport) {
      await beat?.()
      taken.push(report)
      return { ...report, id: 'x', system: 'shop', check: 'backup', at: start }
    },
  })
  const serving = await serve({ watch })
  const send = (rest = '', init: RequestInit = { method: 'POST' }) =>
    fetch(`${serving.url}/heartbeat/${token}${rest}`, init)
  const body = (text: string, type?: string): RequestInit => ({
    method: 'POST',
    body: text,
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
  })
  return { serving, taken, send, body }
}

const problemOf = async (response: Response) => ({ status: response.status, ...((await response.json()) as object) })
const using = async <T>({ serving }: { readonly serving: Serving }, work: () => Promise<T>) => {
  await using _closed = serving
  return await work()
}

test('a signal needs its token and nothing else; the answer says what was understood', async () => {
  const world = await listening()
  await using(world, async () => {
    const { send, taken, body } = world
    const response = await send('', body('{"oldest_backup_days": 31, "note": "all well"}', 'application/json'))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      check: 'shop/backup',
      kind: 'success',
      at: start,
      facts: { oldest_backup_days: 31 },
      ignored: ['note'],
    })
    expect(taken).toEqual([{ kind: 'success', facts: { oldest_backup_days: 31 }, text: 'note: all well' }])
    for (const kind of ['start', 'success', 'failure']) expect((await send(`/${kind}`)).status).toBe(200)
    expect(taken.slice(1).map(({ kind }) => kind)).toEqual(['start', 'success', 'failure'])
  })
})

test('what curl and shells make of a body is understood, whatever it is called', async () => {
  const world = await listening()
  await using(world, async () => {
    const { send, taken, body } = world
    const form = 'application/x-www-form-urlencoded'
    await send('', body('{"disk_used": "0.7", "ok": true}', form))
    await send('', body('disk_used=0.7&memory_used=0.5', form))
    await send('/failure', body('pg_dump: error: disk full\n'))
    await send('', body('{"broken": ', 'application/json'))
    await send('?disk_used=0.7', { method: 'GET' })
    expect(taken).toEqual([
      { kind: 'success', facts: { disk_used: 0.7, ok: 1 } },
      { kind: 'success', facts: { disk_used: 0.7, memory_used: 0.5 } },
      { kind: 'failure', facts: {}, text: 'pg_dump: error: disk full' },
      { kind: 'success', facts: {}, text: '{"broken":' },
      { kind: 'success', facts: { disk_used: 0.7 } },
    ])
  })
})

test('of a long log the end is kept; more than 100 kB is refused', async () => {
  const world = await listening()
  await using(world, async () => {
    const { send, taken, body } = world
    await send('/failure', body(`${'x'.repeat(90_000)} the end`))
    expect(taken[0]!.text).toHaveLength(2_000)
    expect(taken[0]!.text).toMatch(/^…x.* the end$/)
    expect((await send('/failure', body('x'.repeat(100_001)))).status).toBe(413)
  })
})

test('another token or another word behind it is told; a browser that looks is no signal', async () => {
  const world = await listening()
  await using(world, async () => {
    const { send, taken, serving } = world
    const stranger = await fetch(`${serving.url}/heartbeat/another`, { method: 'POST' })
    expect(await problemOf(stranger)).toMatchObject({ status: 404, expected: 'the address of a heartbeat' })
    expect(await problemOf(await send('/fail'))).toMatchObject({ status: 404, found: '/fail' })
    const look = await send('', { headers: { accept: 'text/html' } })
    expect(look.status).toBe(405)
    expect(look.headers.get('allow')).toBe('POST')
    expect((await send('', { method: 'HEAD' })).status).toBe(404)
    expect(taken).toEqual([])
  })
})

test('a job that floods is told when to come again, and the token stands in no log', async () => {
  const world = await listening(async () => {
    throw new RunnerFault('the store takes nothing')
  })
  await using(world, async () => {
    const { send, serving } = world
    expect(await problemOf(await send())).toMatchObject({ status: 503, found: 'the store takes nothing' })
    let last = await send()
    for (let count = 2; count <= 30; count += 1) last = await send()
    expect(last.status).toBe(429)
    expect(last.headers.get('retry-after')).toBe('1')
    await serving.clock.advance(1_000)
    expect((await send()).status).toBe(503)
    expect(serving.lines.join('\n')).toContain('/heartbeat/[token]')
    expect(serving.lines.join('\n')).not.toContain(token)
  })
})

test('a heartbeat cannot be run', async () => {
  const world = await listening()
  await using(world, async () => {
    const response = await fetch(`${world.serving.url}/api/v1/checks/shop/backup/run`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-token-of-a-test' },
    })
    expect(await problemOf(response)).toMatchObject({ status: 409, expected: 'a check that can be run' })
    const page = await (await fetch(`${world.serving.url}/checks/shop/backup`)).text()
    expect(page).not.toContain('Sign in to run it now')
  })
})
