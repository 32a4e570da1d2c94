import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { RunnerFault } from '../../runner/core/fault.ts'
import { type PingOptions, ping } from '../../runner/probes/ping.ts'
import { echo, readEchoes } from '../../runner/system/icmp-echo.ts'
import { observe } from '../support/probe-run.ts'
import { tempFolder } from '../support/temp-folder.ts'

// On the loopback interface, and nobody's.
const nobody = 'fe80::1234%lo'
const path = process.env['PATH']
afterEach(() => {
  process.env['PATH'] = path
})

/** A program called ping in a folder, which says this. */
function fakePing(folder: string, said: string, code = 0): string {
  const file = join(folder, 'ping')
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' '${said}'\nexit ${code}\n`)
  chmodSync(file, 0o755)
  return folder
}

describe('the machine answers', () => {
  test.each(['127.0.0.1', '::1', 'localhost'])('%s', async host => {
    const seen = await observe(ping({ host, count: 2 }))
    expect(seen).toMatchObject({
      ok: true,
      metrics: { ping_sent: 2, ping_received: 2, ping_loss: 0, ping_rtt_ms: expect.any(Number) },
    })
    const { ping_rtt_min_ms: min, ping_rtt_ms: avg, ping_rtt_max_ms: max } = seen.metrics!
    expect(min).toBeLessThanOrEqual(avg!)
    expect(avg).toBeLessThanOrEqual(max!)
    expect(seen.breaches).toBeUndefined()
  })

  test("the host of the system's address, with the version of IP and the size that are asked for", async () => {
    const seen = await observe(ping({ family: 4, size: 1_000, count: 1 }), { url: 'http://localhost:7105' })
    expect(seen).toMatchObject({ ok: true, phases: [{ name: 'resolve' }] })
  })

  test('less than was asked for is a breach', async () => {
    using folder = tempFolder()
    const said = '5 packets transmitted, 4 received, 20% packet loss\nrtt min/avg/max/mdev = 9.0/90.5/120.0/40.0 ms'
    process.env['PATH'] = `${fakePing(folder.path, said)}:${path}`
    const seen = async (limits: PingOptions) =>
      (await observe(ping({ host: '127.0.0.1', ...limits }))).breaches?.map(({ limit }) => limit)
    expect(await seen({})).toEqual(['ping_loss <= 0'])
    expect(await seen({ loss: 0.2, rtt: '90ms' })).toEqual(['ping_rtt_ms avg <= 90'])
    expect(await seen({ loss: 0.2, rtt: '91ms' })).toBeUndefined()
  })
})

describe('nobody answers', () => {
  test('is a failure that says how long it waited', async () => {
    const seen = await observe(ping({ host: nobody, count: 2, wait: '300ms' }))
    expect(seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'expected an echo from fe80::1234%lo, found none of 2 within 300ms',
      metrics: { ping_loss: 1, ping_received: 0 },
    })
  })

  test('ends with the deadline of the check, and ping with it', async () => {
    const seen = await observe(ping({ host: nobody, count: 100 }), { timeout: 300 })
    expect(seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: expect.stringMatching(/^no answer within 300ms/),
    })
  })

  test('a stop of our own blames nobody', async () => {
    const stop = new AbortController()
    const seen = observe(ping({ host: nobody, count: 100 }), { signal: stop.signal })
    stop.abort()
    await expect(seen).rejects.toThrow(RunnerFault)
  })

  test('a name that is none', async () => {
    expect(await observe(ping({ host: 'nobody.invalid' }))).toMatchObject({ ok: false, reason: 'dns' })
  })

  test('a private address, where only public ones are allowed', async () => {
    expect(await observe(ping({ host: 'localhost', addresses: 'public' }))).toMatchObject({
      ok: false,
      reason: 'connect',
      detail: expect.stringMatching(/expected a public address, found (127\.0\.0\.1|::1) for localhost/),
    })
  })
})

describe('our own machine', () => {
  test('without ping is told how to get it', async () => {
    process.env['PATH'] = '/nowhere'
    await expect(observe(ping({ host: '127.0.0.1' }))).rejects.toThrow(
      'expected the program ping on this machine, found none; `vedette setup ping` installs it, or `apt-get install iputils-ping`',
    )
  })

  test('whose ping lacks the right to', async () => {
    using folder = tempFolder()
    const said = 'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted'
    fakePing(folder.path, said, 2)
    const orders = { address: '127.0.0.1', count: 1, interval: 200, wait: 200, size: 56 }
    expect(await echo(orders, new AbortController().signal, { PATH: folder.path })).toEqual({
      missing: expect.stringMatching(
        /found: ping: socket: Operation not permitted; it lacks the right to: `setcap cap_net_raw/,
      ),
    })
  })
})

test.each([
  [
    'iputils',
    '3 packets transmitted, 2 received, 33.3333% packet loss, time 424ms\nrtt min/avg/max/mdev = 0.029/0.034/0.038/0.004 ms',
    { sent: 3, received: 2, rtt: { min: 0.029, avg: 0.034, max: 0.038, stddev: 0.004 } },
  ],
  [
    'iputils with duplicates and errors',
    'From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n\n2 packets transmitted, 0 received, +2 duplicates, +1 errors, 100% packet loss, time 1001ms\n',
    { sent: 2, received: 0, said: 'Destination Host Unreachable' },
  ],
  [
    'busybox',
    '2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max = 0.043/0.051/0.060 ms',
    { sent: 2, received: 2, rtt: { min: 0.043, avg: 0.051, max: 0.06, stddev: 0 } },
  ],
  [
    'macOS',
    '1 packets transmitted, 1 packets received, 0.0% packet loss\nround-trip min/avg/max/stddev = 0.052/0.052/0.052/0.000 ms',
    { sent: 1, received: 1, rtt: { min: 0.052, avg: 0.052, max: 0.052, stddev: 0 } },
  ],
  ['nothing', '', { missing: 'expected ping to send echoes, found: no output; try it by hand' }],
])('what %s prints is read', (_, output, expected) => {
  expect(readEchoes(output)).toEqual(expected)
})

test('bad options are told with their place', () => {
  expect(ping({ interval: '100ms' }).problems).toMatchObject([
    { path: ['ping', 'interval'], message: expect.stringMatching(/expected '200ms' or more/) },
  ])
  expect(ping({ count: 0 }).problems).toMatchObject([{ path: ['ping', 'count'] }])
})
