import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { announced, type Installed, lastLines, type Machine } from './install.ts'
import { findK6, isK6, k6Range, k6Version } from './k6.ts'
import { makeFolder } from './make-folder.ts'
import { findProgram } from './programs.ts'

const cost = 'no load runs: `vedette load` ends with 3; everything else works'

// `go install …/v2@v2.2.0` asks for a list of versions that proxies do not keep for this module; a module that requires it does not.
const goModule = `module k6build

go 1.25.0

require go.k6.io/k6/v2 v${k6Version}
`

/** k6 is no npm package: it is built from its Go module into `folder`, once. */
export async function installK6(machine: Machine, folder: string): Promise<Installed> {
  const found = await findK6({ env: machine.env, caches: [folder] })
  if (isK6(found)) return { ok: true, detail: `k6 ${found.version} (${found.path})` }
  if (machine.env['VEDETTE_K6']) return { ok: false, detail: found.missing, cost, commands: [] }
  if (findProgram(machine.env, 'go') === undefined) {
    return impossible('building k6 needs Go, and there is no `go` on PATH', folder)
  }
  const build = join(folder, 'build')
  try {
    makeFolder(build)
    writeFileSync(join(build, 'go.mod'), goModule)
  } catch (error) {
    return impossible(
      `expected a folder that can be written to at ${build}, found: ${(error as Error).message}`,
      folder,
    )
  }
  try {
    const made = await announced(machine, `building k6 ${k6Version} from its Go module (one to five minutes)`, () =>
      machine.run('go', ['build', '-mod=mod', '-trimpath', '-o', 'k6', 'go.k6.io/k6/v2'], {
        cwd: build,
        env: { CGO_ENABLED: '0', GOWORK: 'off' },
      }),
    )
    if (made.code !== 0) return impossible(`go build ended with ${made.code}: ${lastLines(made.output)}`, folder)
    // Moved at the end, so that a build that was cut off is never taken for a k6.
    renameSync(join(build, 'k6'), join(folder, 'k6'))
  } finally {
    rmSync(build, { recursive: true, force: true })
  }
  const built = await findK6({ env: machine.env, caches: [folder] })
  return isK6(built)
    ? { ok: true, detail: `k6 ${built.version} (${built.path})` }
    : impossible('the k6 that was built does not start', folder)
}

const impossible = (detail: string, folder: string): Installed => ({
  ok: false,
  detail,
  cost,
  commands: [
    `install Go 1.25 or newer (https://go.dev/dl), then: npx vedette setup k6`,
    `or put k6 ${k6Range} (https://grafana.com/docs/k6/latest/set-up/install-k6) on PATH, into ${folder}, or into VEDETTE_K6`,
  ],
})
