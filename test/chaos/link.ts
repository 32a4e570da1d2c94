/** Two networks of their own with a cable between them, made by the kernel: this side watches, the far side is watched. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'

export interface Link {
  /** Starts programs on this side. */
  readonly here: readonly string[]
  /** Runs `ip` on the far side. */
  far(...argv: readonly string[]): void
  /** What `/etc/resolv.conf` is on this side. */
  resolveBy(file: string): void
}

export const shop = '203.0.113.7'
export const nameServer = '203.0.113.53'

/** Or why there is none. */
export async function createLink(): Promise<Link | { readonly missing: string }> {
  const trial = spawnSync(
    'unshare',
    ['-n', '-m', 'ip', 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'other'],
    {
      encoding: 'utf8',
    },
  )
  if (trial.status !== 0)
    return { missing: `no network of its own could be made: ${trial.error?.message ?? trial.stderr.trim()}` }
  const [here, there] = [await network(), await network()]
  const run = (pid: number, argv: readonly string[]) => {
    const { status, stderr } = spawnSync('nsenter', ['-t', String(pid), '-n', '-m', ...argv], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`expected to run ${argv.join(' ')}, found: ${stderr.trim()}`)
  }
  const ip = (pid: number) => (text: string) => run(pid, ['ip', ...text.split(' ')])
  const [near, far] = [ip(here), ip(there)]
  near(`link add cable type veth peer name cable netns ${there}`)
  for (const [side, address] of [
    [near, '10.9.0.1/24'],
    [far, '10.9.0.2/24'],
  ] as const) {
    side('link set lo up')
    side(`addr add ${address} dev cable`)
    side('link set cable up')
  }
  near('route add default via 10.9.0.2')
  // The kernel shows the interfaces of whoever mounted it.
  run(here, ['mount', '-t', 'sysfs', 'sysfs', '/sys'])
  far(`addr add ${shop}/32 dev lo`)
  far(`addr add ${nameServer}/32 dev lo`)
  const enter = (pid: number) => ['nsenter', '-t', String(pid), '-n', '-m']
  const [program, ...rest] = [
    ...enter(there),
    process.execPath,
    join(packageFolder, 'test/chaos/far-side-process.ts'),
    nameServer,
  ]
  const side = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  end(side)
  await once(side.stdout, 'data')
  return {
    here: enter(here),
    far: (...argv) => run(there, ['ip', ...argv]),
    resolveBy: file => run(here, ['mount', '--bind', file, '/etc/resolv.conf']),
  }
}

/** A process that does nothing but hold networks and mounts of its own; they are gone with it. */
async function network(): Promise<number> {
  const holder = spawn('unshare', ['-n', '-m', 'sh', '-c', 'echo ready; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  end(holder)
  await once(holder.stdout, 'data')
  if (readlinkSync(`/proc/${holder.pid}/ns/net`) === readlinkSync('/proc/self/ns/net'))
    throw new Error('expected a network of its own, found that of this machine')
  return holder.pid!
}

const end = (child: ChildProcess) => onTestFinished(() => void child.kill('SIGKILL'))
