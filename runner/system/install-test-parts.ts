import type { Installed, Machine } from './install.ts'
import { aptCommand, installWithApt } from './install-apt.ts'
import { findService } from './programs.ts'

interface Part {
  readonly program: string
  /** The Debian package that brings it. */
  readonly package: string
}

/** What the probe of that name asks for echoes. */
const ping: Part = { program: 'ping', package: 'iputils-ping' }

/** Real programs that `npm start` of this repository shows. */
const demoParts: readonly Part[] = [{ program: 'nginx', package: 'nginx-light' }]

/** Real programs that its tests and benches meet. */
const testParts: readonly Part[] = [
  { program: 'promtool', package: 'prometheus' },
  { program: 'prometheus-alertmanager', package: 'prometheus-alertmanager' },
  { program: 'prometheus-blackbox-exporter', package: 'prometheus-blackbox-exporter' },
  { program: 'radicale', package: 'radicale' },
  { program: 'openssl', package: 'openssl' },
  { program: 'ip', package: 'iproute2' },
  ping,
  ...demoParts,
]

export const installPing = (machine: Machine): Promise<Installed> =>
  install(machine, [ping], 'checks with the probe `ping` stay unknown')

export const installTestParts = (machine: Machine): Promise<Installed> =>
  install(machine, testParts, 'tests and benches that meet these programs fail')

export const installDemoParts = (machine: Machine): Promise<Installed> =>
  install(machine, demoParts, 'no edge in front of the reference shop: checks of what it promises are red')

async function install(machine: Machine, parts: readonly Part[], cost: string): Promise<Installed> {
  const missing = () => parts.filter(part => findService(machine.env, part.program) === undefined)
  const wanted = missing().map(part => part.package)
  const { why } = wanted.length === 0 ? { why: '' } : await installWithApt(machine, wanted)
  const left = missing()
  if (left.length === 0) return { ok: true, detail: parts.map(part => part.program).join(', ') }
  return {
    ok: false,
    detail: `${left.map(part => part.program).join(', ')} missing: ${why}`,
    cost,
    commands: [aptCommand(left.map(part => part.package))],
  }
}
