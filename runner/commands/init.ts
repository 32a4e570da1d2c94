import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { configurationNames } from '../config/load-configuration.ts'
import { packageFolder } from '../system/version.ts'
import { type Command, UsageError } from './command.ts'

const minimal = `import { check, defineConfig, defineSystem, http } from 'vedette'

export default defineConfig({
  systems: [
    defineSystem('shop', {
      // Your system's address; \`--url\` on the command line overrides it.
      url: 'http://127.0.0.1:8080',
      checks: [check('home', { probe: http('/', { expect: { status: 200 } }), every: '30s' })],
    }),
  ],
})
`

export const command: Command = {
  summary: 'writes a first configuration into this folder',
  usage: `vedette init [--from <pack>] [--list]

Without --from: a minimal vedette.config.ts. With it: a copy of a scenario pack that ships with Vedette, and a configuration that uses it.
Nothing that exists is overwritten.

  --from <pack>   ${'cod-admin, …'} (\`--list\` names them)
  --list          names the packs

Exit codes: 0 written, 2 there is a configuration already, or no such pack.`,
  async run(argv, io) {
    const { values } = parseArgs({ args: [...argv], options: { from: { type: 'string' }, list: { type: 'boolean' } } })
    const scenarios = join(packageFolder, 'scenarios')
    const packs = readdirSync(scenarios).filter(name => existsSync(join(scenarios, name, 'system.ts')))
    if (values.list) {
      io.write(`${packs.join('\n')}\n`)
      return 0
    }
    const target = join(io.cwd, 'vedette.config.ts')
    const there = configurationNames.map(name => join(io.cwd, name)).find(path => existsSync(path))
    if (there !== undefined)
      throw new UsageError(`expected a folder without a configuration, found ${there}; edit that one, or go elsewhere`)
    if (values.from === undefined) {
      writing(io.cwd, () => writeFileSync(target, minimal))
      io.write(`wrote ${target}\nset its address, then: npx vedette smoke\n`)
      return 0
    }
    if (!packs.includes(values.from))
      throw new UsageError(`expected a pack (${packs.join(', ')}), found '${values.from}'`)
    const pack = values.from
    const copied = writing(io.cwd, () => {
      const paths = copyPack(pack, io.cwd)
      writeFileSync(target, configurationOf(pack))
      return paths
    })
    for (const path of copied) io.write(`wrote ${path}\n`)
    io.write(`wrote ${target}\nset the addresses in scenarios/${values.from}/system.ts, then: npx vedette validate\n`)
    return 0
  },
}

function writing<T>(folder: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(
      `expected a folder that can be written to at ${folder}, found: ${(error as Error).message}; go elsewhere, or change its rights`,
    )
  }
}

function copyPack(pack: string, folder: string): readonly string[] {
  const parts = [
    `scenarios/${pack}`,
    'scenarios/support',
    'scenarios/playwright.config.ts',
    `load/${pack}.ts`,
    'load/lib',
  ]
  const present = parts.filter(part => existsSync(join(packageFolder, part)))
  const taken = present.map(part => join(folder, part)).find(path => existsSync(path))
  if (taken !== undefined) throw new UsageError(`expected nothing at ${taken}, found something; move it away first`)
  for (const part of present) {
    const to = join(folder, part)
    mkdirSync(join(to, '..'), { recursive: true })
    cpSync(join(packageFolder, part), to, { recursive: true })
  }
  const files = present.flatMap(part => filesBelow(join(folder, part)))
  for (const file of files) {
    // Inside Vedette's own repository the door is called #vedette; everywhere else it is the package.
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(['"])#vedette(\/playwright)?\1/g, '$1vedette$2$1'))
  }
  return files.map(file => relative(folder, file))
}

const filesBelow = (path: string): readonly string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap(name => filesBelow(join(path, name))) : [path]

const configurationOf = (pack: string) => `import { defineConfig } from 'vedette'
import system from './scenarios/${pack}/system.ts'

export default defineConfig({ systems: [system] })
`
