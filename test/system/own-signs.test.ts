import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import type { SignName } from '../../runner/core/own-state.ts'
import { realClock } from '../../runner/system/clock.ts'
import { createOwnSigns } from '../../runner/system/own-signs.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fill, smallDisk } from '../support/small-disk.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { listenNameServer } from '../targets/kit/name-server.ts'

const ethernet = [{ internal: false } as NetworkInterfaceInfo]
const loopback = [{ internal: true } as NetworkInterfaceInfo]
const routes = (...lines: readonly string[]) =>
  ['Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT', ...lines].join('\n')
const toRouter = 'eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0'
const local = 'eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0'
const pressure = (some: number) =>
  `some avg10=${some} avg60=0.00 avg300=0.00 total=1\nfull avg10=${some} avg60=0 total=1`

/** A machine whose kernel says what a test writes. */
function machine(files: Readonly<Record<string, string>> = {}, folders: readonly string[] = []) {
  const clock = fakeClock()
  const folder = tempFolder({
    'sys/class/net/eth0/operstate': 'up\n',
    'proc/net/route': routes(toRouter, local),
    ...files,
  })
  const at = { clock, folder, interfaces: { lo: loopback, eth0: ethernet } as NodeJS.Dict<NetworkInterfaceInfo[]> }
  const signs = createOwnSigns({ clock, folders, root: folder.path, interfaces: () => at.interfaces })
  onTestFinished(() => {
    signs[Symbol.dispose]()
    folder[Symbol.dispose]()
  })
  const look = async (references: readonly string[] = []) => {
    using deadline = realClock.deadline(300)
    return await signs.look(references, deadline.signal)
  }
  const sign = async (name: SignName, references?: readonly string[]) =>
    (await look(references)).find(found => found.name === name)!
  return Object.assign(at, { look, sign })
}

async function listener() {
  const server = createServer(socket => void socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { url: `tcp://127.0.0.1:${port}`, close: () => new Promise(resolve => server.close(resolve)) }
}

test('on the machine that runs this test there is no trouble that keeps it from looking', async () => {
  using signs = createOwnSigns({ clock: realClock, folders: ['/tmp', '/no/such/folder'] })
  using deadline = realClock.deadline(1_000)
  const found = await signs.look([], deadline.signal)
  expect(found.map(({ name }) => name)).toEqual(['link', 'resolver', 'clock', 'cpu', 'memory', 'disk'])
  expect(found.filter(({ name, trouble }) => trouble !== undefined && name !== 'cpu')).toEqual([])
})

test('a machine of which nothing can be read is in no trouble', async () => {
  using signs = createOwnSigns({ clock: fakeClock(), folders: [], root: '/no/such/root', interfaces: () => ({}) })
  using deadline = realClock.deadline(1_000)
  expect((await signs.look([], deadline.signal)).filter(({ trouble }) => trouble !== undefined)).toEqual([])
})

test('a cable that is pulled is certain, and over when it is back', async () => {
  const at = machine()
  const { folder, sign } = at
  expect(await sign('link')).toEqual({ name: 'link' })
  // The system leaves an interface without a carrier out of its list; the route stays.
  at.interfaces = { lo: loopback }
  folder.write({ 'sys/class/net/eth0/operstate': 'lowerlayerdown\n' })
  expect(await sign('link')).toEqual({
    name: 'link',
    isCertain: true,
    trouble:
      'expected a network interface that carries (eth0 did), found eth0 without a carrier; look at the cable, the interface or the virtual network',
  })
  at.interfaces = { lo: loopback, eth0: ethernet }
  folder.write({ 'sys/class/net/eth0/operstate': 'up\n' })
  expect(await sign('link')).toEqual({ name: 'link' })
})

test('an interface that lost its address, a default route that is gone, a way out that is cut beside a bridge that is not', async () => {
  const gone = machine({ 'proc/net/route': routes() })
  await gone.sign('link')
  gone.interfaces = { lo: loopback }
  expect((await gone.sign('link')).trouble).toContain('found none with an address')
  const unrouted = machine()
  await unrouted.sign('link')
  unrouted.folder.write({ 'proc/net/route': routes(local) })
  expect(await unrouted.sign('link')).toMatchObject({ isCertain: true, isBeyond: true })
  const bridged = machine({ 'sys/class/net/docker0/operstate': 'up\n' })
  bridged.interfaces = { eth0: ethernet, docker0: ethernet }
  await bridged.sign('link')
  bridged.interfaces = { docker0: ethernet }
  bridged.folder.write({ 'sys/class/net/eth0/operstate': 'down\n' })
  expect(await bridged.sign('link')).toMatchObject({ isCertain: true, isBeyond: true })
})

test('a machine without a network, or with one over IPv6 alone, needs no more than it had', async () => {
  const alone = machine({ 'proc/net/route': routes() })
  alone.interfaces = { lo: loopback }
  expect([await alone.sign('link'), await alone.sign('link')]).toEqual([{ name: 'link' }, { name: 'link' }])
  const six = machine({
    'proc/net/route': routes(),
    'proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe800000 00000400 00000001 00000000 00000003 eth0\n`,
  })
  expect(await six.sign('link')).toEqual({ name: 'link' })
  six.folder.write({
    'proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 00000000 ffffffff 00000001 00000000 00200200 lo\n`,
  })
  expect(await six.sign('link')).toMatchObject({ isBeyond: true })
})

test('a gateway that does not answer is a sign that needs more than one failure, and none when a reference answers', async () => {
  const { folder, sign } = machine()
  const { url } = await listener()
  await sign('link')
  folder.write({
    'proc/net/arp': 'IP address HW type Flags HW address Mask Device\n192.0.2.1 0x1 0x0 00:00:00:00:00:00 * eth0\n',
  })
  const found = await sign('link')
  expect(found).toMatchObject({ isBeyond: true, trouble: expect.stringContaining('gateway 192.0.2.1') })
  expect(found.isCertain).toBeUndefined()
  expect(await sign('link', [url])).toEqual({ name: 'link' })
})

test('references: one that never answered tells nothing, and a refusal is an answer', async () => {
  const { sign } = machine()
  const [one, two] = [await listener(), await listener()]
  // The kernel of this machine sends nothing to the world from the loopback.
  const never = 'tcp://255.255.255.255:9'
  expect(await sign('link', [never])).toEqual({ name: 'link' })
  expect(await sign('link', [one.url, never])).toEqual({ name: 'link' })
  expect(await sign('link', [two.url, never])).toEqual({ name: 'link' })
  // A refusal is an answer as well: the machine is there.
  await one.close()
  expect(await sign('link', [one.url])).toEqual({ name: 'link' })
})

test('name servers: silent ones are certain, whatever one answers is an answer, and one that never did tells nothing', async () => {
  const server = await listenNameServer({ host: '127.0.0.1', port: 0, names: {} })
  const silent = createSocket('udp4')
  silent.bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const deaf = `127.0.0.1:${silent.address().port}`
  const at = machine({ 'etc/resolv.conf': `nameserver ${deaf}\n` })
  const { folder, sign } = at
  expect(await sign('resolver')).toEqual({ name: 'resolver' })
  folder.write({ 'etc/resolv.conf': `# ours\nnameserver ${deaf}\nnameserver ${server.url.replace('tcp://', '')}\n` })
  expect(await sign('resolver')).toEqual({ name: 'resolver' })
  await server.close()
  expect(await sign('resolver')).toEqual({
    name: 'resolver',
    isCertain: true,
    trouble:
      'expected a name server of this machine to answer (127.0.0.1, 127.0.0.1), found none that does; see /etc/resolv.conf',
  })
  // Over a link that is cut they are not waited for.
  at.interfaces = { lo: loopback }
  expect(await sign('resolver')).toEqual({ name: 'resolver' })
  silent.close()
})

test('a clock that was set by hours is a sign for a day, or until it is set right', async () => {
  const { clock, sign } = machine()
  expect(await sign('clock')).toEqual({ name: 'clock' })
  clock.step(30 * 60_000)
  expect(await sign('clock')).toEqual({ name: 'clock' })
  clock.step(-3 * 3_600_000)
  expect((await sign('clock')).trouble).toBe(
    'expected a clock that runs evenly, found it set back by 2h 30m; let time synchronisation correct it',
  )
  clock.step(2.5 * 3_600_000)
  expect(await sign('clock')).toEqual({ name: 'clock' })
  clock.step(40 * 86_400_000)
  expect((await sign('clock')).trouble).toContain('set ahead by 40d')
  await clock.advance(86_400_000 + 1_000)
  expect(await sign('clock')).toEqual({ name: 'clock' })
})

test('short of CPU is who is woken late while others wait as well; either alone is not', async () => {
  const { clock, folder, sign } = machine({ 'proc/pressure/cpu': pressure(97) })
  await clock.advance(30_000)
  expect(await sign('cpu')).toEqual({ name: 'cpu' })
  clock.freeze(4_000)
  expect((await sign('cpu')).trouble).toMatch(
    /^expected this process to be woken on time, found 3s of lateness in 10 seconds and a CPU pressure of 97 %/,
  )
  folder.write({ 'proc/pressure/cpu': pressure(20) })
  expect(await sign('cpu')).toEqual({ name: 'cpu' })
  clock.freeze(3_000)
  expect((await sign('cpu')).trouble).toContain('6s of lateness')
  await clock.advance(11_000)
  expect(await sign('cpu')).toEqual({ name: 'cpu' })
})

test('no memory left, or everything waiting for it', async () => {
  const { folder, sign } = machine({ 'proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 500000 kB\n' })
  expect(await sign('memory')).toEqual({ name: 'memory' })
  folder.write({ 'proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 50000 kB\n' })
  expect((await sign('memory')).trouble).toContain('found 51 MB')
  folder.write({ 'proc/meminfo': 'MemAvailable: 500000 kB\n', 'sys/fs/cgroup/memory.pressure': pressure(40) })
  expect((await sign('memory')).trouble).toContain('all waiting for memory 40 % of the time')
})

test('a disk that is really full', async context => {
  const disk = smallDisk('20m')
  if ('missing' in disk) return context.skip(disk.missing)
  const { sign } = machine({}, [disk.path])
  expect(await sign('disk')).toEqual({ name: 'disk' })
  const ballast = fill(disk.path)
  expect((await sign('disk')).trouble).toBe(`expected at least 16 MB free in ${disk.path}, found 0.0 MB; make room`)
  rmSync(ballast)
  expect(await sign('disk')).toEqual({ name: 'disk' })
})
