import type { Installed, Machine } from './install.ts'
import { aptCommand, installWithApt } from './install-apt.ts'
import { findProgram } from './programs.ts'

/** Real programs that the tests and benches of this repository meet, by the Debian package that brings them. */
const parts: readonly { readonly program: string; readonly package: string }[] = [
  { program: 'promtool', package: 'prometheus' },
  { program: 'prometheus-blackbox-exporter', package: 'prometheus-blackbox-exporter' },
  { program: 'radicale', package: 'radicale' },
  { program: 'openssl', package: 'openssl' },
]

export async function installTestParts(machine: Machine): Promise<Installed> {
  const missing = () => parts.filter(part => findProgram(machine.env, part.program) === undefined)
  const wanted = missing().map(part => part.package)
  const { why } = wanted.length === 0 ? { why: '' } : await installWithApt(machine, wanted)
  const left = missing()
  if (left.length === 0) return { ok: true, detail: parts.map(part => part.program).join(', ') }
  return {
    ok: false,
    detail: `${left.map(part => part.program).join(', ')} missing: ${why}`,
    cost: 'tests and benches that meet these programs fail',
    commands: [aptCommand(left.map(part => part.package))],
  }
}
