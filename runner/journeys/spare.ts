/**
 * Entry of a spare: a process that has already loaded a project's Playwright and waits for its one run. It gets folder, arguments and
 * environment as one JSON object on standard input, then becomes the plain command line. `spare <folder of the playwright package>`
 */

import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

interface Orders {
  readonly cwd: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const folder = process.argv[2]!
const require = createRequire(join(folder, 'package.json'))
const { program } = require('./lib/program') as { program: { parse(argv: readonly string[]): void } }
if (typeof program?.parse !== 'function')
  throw new Error(
    `expected a Playwright with a command line in lib/program, found none in ${folder}; runs go on without spares`,
  )
writeSync(Number(process.env['VEDETTE_REPORT_FD'] ?? 3), '{"type":"ready"}\n')

const given = await text(process.stdin)
// Without orders we are no longer wanted.
if (given === '') process.exit(0)
const orders = JSON.parse(given) as Orders
for (const name of Object.keys(process.env)) delete process.env[name]
Object.assign(process.env, orders.env)
process.chdir(orders.cwd)
process.argv = [process.execPath, join(folder, 'cli.js'), ...orders.argv]
program.parse(process.argv)
