import { announced, lastLines, type Machine } from './install.ts'
import { findProgram } from './programs.ts'

/** Packages of Debian and its kin. */
export interface AptResult {
  readonly ok: boolean
  /** Why not. */
  readonly why: string
}

/** The line that a person with the right to do so would type. */
export const aptCommand = (packages: readonly string[]): string =>
  `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`

/** Installs packages when we are root on Debian and they exist there; the lists are fetched only if they do not know them. */
export async function installWithApt(machine: Machine, packages: readonly string[]): Promise<AptResult> {
  if (findProgram(machine.env, 'apt-get') === undefined) return { ok: false, why: 'there is no apt-get here' }
  if (!machine.isRoot) return { ok: false, why: 'only root may install packages' }
  // Services that a package brings are not started: only the programs are wanted.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const install = () => machine.run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env })
  if (!(await areKnown(machine, packages))) {
    await announced(machine, 'fetching the package lists (apt-get update)', () =>
      machine.run('apt-get', ['update'], { env }),
    )
    if (!(await areKnown(machine, packages))) return { ok: false, why: `apt does not know ${packages.join(', ')}` }
  }
  const done = await announced(machine, `installing ${packages.join(', ')} (apt-get)`, async () => {
    const first = await install()
    if (first.code === 0) return first
    // Old lists name versions that the mirror no longer has.
    await machine.run('apt-get', ['update'], { env })
    return install()
  })
  return done.code === 0
    ? { ok: true, why: '' }
    : { ok: false, why: `apt-get ended with ${done.code}: ${lastLines(done.output)}` }
}

async function areKnown(machine: Machine, packages: readonly string[]): Promise<boolean> {
  const shown = await Promise.all(packages.map(name => machine.run('apt-cache', ['show', name])))
  return shown.every(({ code }) => code === 0)
}
