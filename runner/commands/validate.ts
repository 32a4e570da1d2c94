import { parseArgs } from 'node:util'
import { idleTerms } from '../config/escalation.ts'
import { formatProblem, type Loaded, loadConfiguration } from '../config/load-configuration.ts'
import { objectivesIn } from '../config/objectives-in.ts'
import { coverageOf, gapProblems, summarizeCoverage } from '../core/coverage.ts'
import { intervalOf, timetableOf } from '../engine/timetables.ts'
import type { Command } from './command.ts'
import { configurationArgs, configurationUsage, loadRequest } from './configuration-options.ts'
import type { Discovered } from './discover.ts'

export const command: Command = {
  summary: 'checks the configuration and shows every mistake at once',
  usage: `vedette validate [options]

${configurationUsage}

Exit codes: 0 it is good (warnings alone are 0), 2 it would be refused.`,
  async run(argv, io) {
    const { values } = parseArgs({ args: [...argv], options: configurationArgs })
    // Whoever watches with it also tells.
    const loaded = await loadConfiguration({ ...loadRequest(values, io), telling: true })
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const { discoverAll } = await import('./discover.ts')
    const journeys = await discoverAll(loaded, io)
    for (const problem of journeys.problems) io.error(`${formatProblem(problem)}\n`)
    if (journeys.problems.some(problem => problem.level === 'error')) return 2
    const objectives = objectiveProblems(loaded, journeys)
    for (const problem of objectives) io.error(`${formatProblem(problem)}\n`)
    if (objectives.length > 0) return 2
    const coverage = loaded.configuration.systems.map(system => {
      const own = journeys.checks.filter(item => item.system === system).map(({ check }) => check)
      const all = [...system.checks, ...own]
      for (const problem of idleTerms(system, all)) io.error(`${formatProblem(problem)}\n`)
      return { system: system.id, promises: coverageOf(system, all) }
    })
    for (const { system, promises } of coverage)
      for (const problem of gapProblems(system, promises)) io.error(`${formatProblem(problem)}\n`)
    const checks = loaded.configuration.systems.reduce((sum, system) => sum + system.checks.length, 0)
    io.write(
      `${loaded.file} is good: ${count(loaded.configuration.systems.length, 'system')}, ${count(checks, 'probe')}, ${count(journeys.checks.length, 'journey')}\n`,
    )
    for (const { system, promises } of coverage)
      if (promises.length > 0) io.write(`${system}: ${summarizeCoverage(promises)}\n`)
    return 0
  },
}

/** What loading could not tell, because it takes journeys and calendars to know. */
function objectiveProblems({ configuration }: Loaded, journeys: Discovered) {
  const { locations, retention } = configuration
  return configuration.systems.flatMap(system =>
    objectivesIn(system, {
      locations,
      rawDays: retention.rawDays,
      journeys: journeys.checks.filter(item => item.system === system).map(({ check }) => check),
      intervalOf: ({ id, schedule }) => intervalOf(schedule, timetableOf(schedule, id, configuration.location), 0),
    }),
  )
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
