import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { formatProblem, type Loaded } from '../config/load-configuration.ts'
import { didYouMean } from '../config/options.ts'
import { openSlo } from '../core/export/openslo.ts'
import { prometheusRules } from '../core/export/prometheus.ts'
import { type Exported, type Promised, promisedBy } from '../core/export/promised.ts'
import { slothSpec } from '../core/export/sloth.ts'
import { feederOf } from '../core/sli.ts'
import { intervalOf, timetableOf } from '../engine/timetables.ts'
import { makeFolder } from '../system/make-folder.ts'
import { type Command, refuseEmpty, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { type DiscoveredJourney, discoverAll } from './discover.ts'

interface Format {
  readonly suffix: string
  make(promised: readonly Promised[]): Exported
}

const formats: Readonly<Record<string, Format>> = {
  prometheus: { suffix: 'rules.yml', make: prometheusRules },
  sloth: { suffix: 'sloth.yml', make: slothSpec },
  openslo: { suffix: 'openslo.yml', make: openSlo },
}

export const command: Command = {
  summary: 'writes the objectives for other programs: Prometheus, Sloth, OpenSLO',
  usage: `vedette export ${Object.keys(formats).join('|')} [options]

prometheus: recording and alert rules on the metrics of \`vedette watch\`; sloth: prometheus/v1; openslo: openslo/v1.

${configurationUsage}
  --out <folder>        a file for each system (default: everything to standard output)

Exit codes: 0 written, 2 bad usage or configuration, or there is no objective that could be written.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...configurationArgs, out: { type: 'string' } },
      allowPositionals: true,
    })
    refuseEmpty(values, ['out'])
    const [name = '', ...rest] = positionals
    const format = formats[name]
    const names = Object.keys(formats)
    if (format === undefined || rest.length > 0) {
      const found = positionals.length === 0 ? 'nothing' : `'${positionals.join(' ')}'`
      throw new UsageError(`expected one of ${names.join(', ')}, found ${found}${didYouMean(name, names)}`)
    }
    const loaded = await loadFor(values, io)
    const journeys = await discoverAll(loaded, io)
    for (const problem of journeys.problems) io.error(`${formatProblem(problem)}\n`)
    if (journeys.problems.some(problem => problem.level === 'error')) return 2
    const files = exportedFiles(loaded, journeys.checks, name, values.out !== undefined)
    if (files.length === 0) {
      io.error(
        `vedette export: expected an objective that ${name} can express, found none; write one with objective('…', { from: '…' }) in system.ts\n`,
      )
      return 2
    }
    if (values.out === undefined) {
      for (const { text } of files) io.write(text)
      return 0
    }
    const folder = resolve(io.cwd, values.out)
    try {
      makeFolder(folder)
      for (const { file, text } of files) {
        writeFileSync(join(folder, file), text)
        io.write(`${join(folder, file)}\n`)
      }
    } catch (error) {
      throw new UsageError(
        `expected a folder that can be written to at ${folder}, found: ${(error as Error).message}; choose another with --out`,
      )
    }
    return 0
  },
}

/** The texts of an export with the names of their files: `apart` one for each system, else one of all. */
export const exportedFiles = (
  loaded: Loaded,
  journeys: readonly DiscoveredJourney[],
  name: string,
  apart: boolean,
): readonly { readonly file: string; readonly text: string }[] =>
  textsOf(promisedIn(loaded, journeys), apart, name, formats[name]!)

function promisedIn(
  { configuration, environment }: Loaded,
  journeys: readonly DiscoveredJourney[],
): readonly Promised[] {
  const { systems, locations, location } = configuration
  return systems.flatMap(system => {
    const own = journeys.filter(item => item.system === system).map(({ check }) => check)
    const feeders = [...system.checks, ...own].map(check =>
      feederOf(check, intervalOf(check.schedule, timetableOf(check.schedule, check.id, location), 0)),
    )
    return promisedBy({ ...system, feeders }, environment, locations.length)
  })
}

/** One text, or one for each system. */
function textsOf(promised: readonly Promised[], apart: boolean, name: string, format: Format) {
  const groups = Map.groupBy(promised, ({ system }) => (apart ? system.id : 'all systems'))
  return [...groups].flatMap(([of, items]) => {
    const { notes, documents } = format.make(items)
    if (documents.length === 0) return []
    const head = [
      `Objectives of ${of} (${items[0]!.environment}), written by \`vedette export ${name}\`; change system.ts instead.`,
      ...notes,
    ]
    const bodies = documents.map(document => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    return [
      { file: `${of}.${format.suffix}`, text: `${head.map(line => `# ${line}\n`).join('')}${bodies.join('---\n')}` },
    ]
  })
}
