/** Looks at this machine: its link, its resolver, its clock, its CPU, its memory, its disks. */

import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import type { Sign } from '../core/own-state.ts'
import { askByUdp, parseServer } from './dns-exchange.ts'
import { isOneTrue } from './is-one-true.ts'
import { type Link, linkTrouble, readLink } from './own-link.ts'
import { createReferences } from './own-references.ts'

export interface OwnSignsOptions {
  readonly clock: Clock
  /** Folders that must have room, for the history and for what journeys write. One that never had any tells nothing. */
  readonly folders: readonly string[]
  /** Where the kernel tells about the machine. Default `/`; elsewhere than on Linux most signs tell nothing. */
  readonly root?: string
  /** Default: what the operating system says. */
  readonly interfaces?: typeof networkInterfaces
}

export interface OwnSigns extends Disposable {
  /** Looks at everything at once. Ends with the signal at the latest; what has not answered by then is in trouble or tells nothing. */
  look(references: readonly string[], signal: AbortSignal): Promise<readonly Sign[]>
}

// Ten wake-ups a second apart, each as late as makes a probe's own run worth nothing (`bearable` of engine/probe-runner.ts): a quarter of the
// time. A busy machine, or one long turn of our own, does not reach it.
const tick = 1_000
const ticks = 10
const mostLate = 2_500
// The kernel's share of the last ten seconds in which somebody waited for a CPU. It tells that the machine is short of it; our own lateness
// tells that we are: only both together are a sign. A machine that stood still altogether measures no pressure.
const cpuPressure = 50
const stoodStill = 5_000
// Below this a browser cannot even be started (a headless shell with one page takes 150 MB and more), or everything waits for memory.
const leastMemory = 100e6
const memoryPressure = 25
// A trace and the screenshots of one journey.
const leastDisk = 16e6
// Authorities date certificates back by an hour, because clocks are wrong by as much; a clock that was set by more makes good ones bad.
const mostSet = 3_600_000
// By then somebody has been told, or certificates fit the new time.
const setCountsFor = 86_400_000

export function createOwnSigns({
  clock,
  folders,
  root = '/',
  interfaces = networkInterfaces,
}: OwnSignsOptions): OwnSigns {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(root, path), 'utf8')
    } catch {
      return undefined
    }
  }
  const late: number[] = []
  let expected = clock.monotonic() + tick
  let cancel = clock.timer(tick, wake)
  function wake() {
    late.push(Math.max(0, clock.monotonic() - expected))
    if (late.length > ticks) late.shift()
    expected = clock.monotonic() + tick
    cancel = clock.timer(tick, wake)
  }
  const apart = () => clock.now() - clock.monotonic()
  let known = apart()
  let setAt: number | undefined
  let best: Link | undefined
  let hadResolver = false
  const hadRoom = new Set<string>()
  const references = createReferences()

  const link = (): Sign => {
    const found = readLink(read, interfaces())
    const trouble = best === undefined ? undefined : linkTrouble(best, found)
    if (trouble === undefined) {
      best = found
      return { name: 'link' }
    }
    return { name: 'link', ...trouble }
  }
  const resolver = async (signal: AbortSignal): Promise<Sign> => {
    const servers = [...(read('etc/resolv.conf') ?? '').matchAll(/^nameserver\s+(\S+)/gm)].map(([, text]) =>
      parseServer(text!),
    )
    const question = { name: '.', type: 'NS', recursion: true }
    const isAnswered = await isOneTrue(
      servers.map(async server => {
        const { end } = await askByUdp(question, server, { clock, signal, again: 500 })
        return end.kind === 'answered' || end.kind === 'garbage'
      }),
    )
    // Whatever it answers, it is there. Where none ever did, looking up works in another way.
    if (isAnswered) hadResolver = true
    if (servers.length === 0 || isAnswered || !hadResolver) return { name: 'resolver' }
    return {
      name: 'resolver',
      isCertain: true,
      trouble: `expected a name server of this machine to answer (${servers.map(({ host }) => host).join(', ')}), found none that does; see /etc/resolv.conf`,
    }
  }
  const clockSign = (): Sign => {
    const ahead = apart() - known
    if (Math.abs(ahead) < mostSet) setAt = undefined
    else setAt ??= clock.monotonic()
    if (setAt === undefined) return { name: 'clock' }
    if (clock.monotonic() - setAt > setCountsFor) {
      known += ahead
      setAt = undefined
      return { name: 'clock' }
    }
    return {
      name: 'clock',
      trouble: `expected a clock that runs evenly, found it set ${ahead > 0 ? 'ahead' : 'back'} by ${formatDuration(Math.round(Math.abs(ahead) / 1_000) * 1_000)}; let time synchronisation correct it`,
    }
  }
  const pressure = (of: 'cpu' | 'memory', kind: 'some' | 'full'): number | undefined => {
    // A container has its own; elsewhere the machine's counts.
    const text = read(`sys/fs/cgroup/${of}.pressure`) ?? read(`proc/pressure/${of}`)
    const found = new RegExp(`^${kind} avg10=([\\d.]+)`, 'm').exec(text ?? '')
    return found === null ? undefined : Number(found[1])
  }
  const cpu = (): Sign => {
    const sum = [...late, Math.max(0, clock.monotonic() - expected)].reduce((all, one) => all + one, 0)
    const pressed = pressure('cpu', 'some')
    if (sum < mostLate || (pressed !== undefined && pressed < cpuPressure && sum < stoodStill)) return { name: 'cpu' }
    return {
      name: 'cpu',
      trouble: `expected this process to be woken on time, found ${formatDuration(Math.round(sum))} of lateness in ${ticks} seconds${pressed === undefined ? '' : ` and a CPU pressure of ${pressed} %`}; give the machine more CPU or run fewer checks on it`,
    }
  }
  const memory = (): Sign => {
    const [, free] = /^MemAvailable:\s+(\d+) kB/m.exec(read('proc/meminfo') ?? '') ?? []
    const available = free === undefined ? Number.POSITIVE_INFINITY : Number(free) * 1_024
    const pressed = pressure('memory', 'full') ?? 0
    if (available >= leastMemory && pressed < memoryPressure) return { name: 'memory' }
    const found =
      available < leastMemory ? `${Math.round(available / 1e6)} MB` : `all waiting for memory ${pressed} % of the time`
    return {
      name: 'memory',
      trouble: `expected at least ${leastMemory / 1e6} MB of free memory, found ${found}; give the machine more`,
    }
  }
  const disk = async (): Promise<Sign> => {
    const rooms = await Promise.all(
      folders.map(async folder => {
        const free = await statfs(folder).then(
          ({ bavail, bsize }) => bavail * bsize,
          () => Number.POSITIVE_INFINITY,
        )
        if (free >= leastDisk) hadRoom.add(folder)
        return { folder, free }
      }),
    )
    const full = rooms.find(({ folder, free }) => free < leastDisk && hadRoom.has(folder))
    if (full === undefined) return { name: 'disk' }
    return {
      name: 'disk',
      trouble: `expected at least ${leastDisk / 1e6} MB free in ${full.folder}, found ${(full.free / 1e6).toFixed(1)} MB; make room`,
    }
  }

  return {
    async look(addresses, signal) {
      const inTime = (sign: Promise<Sign>, none: Sign) => Promise.race([sign, ended(signal, none)])
      const own = link()
      const [far, names, room] = await Promise.all([
        // Over a link that is cut nobody answers: to wait for that would only hold up what the kernel tells at once.
        own.isCertain ? undefined : references.look(addresses, signal),
        own.isCertain ? { name: 'resolver' as const } : resolver(signal),
        // It waits for a disk, and for the threads that stalled look-ups may hold.
        inTime(disk(), { name: 'disk' }),
      ])
      // What was reached over the link says more of it than the kernel.
      return [far ?? own, names, clockSign(), cpu(), memory(), room]
    },
    [Symbol.dispose]: () => cancel(),
  }
}

const ended = (signal: AbortSignal, none: Sign): Promise<Sign> =>
  new Promise(resolve => {
    if (signal.aborted) return resolve(none)
    signal.addEventListener('abort', () => resolve(none), { once: true })
  })
