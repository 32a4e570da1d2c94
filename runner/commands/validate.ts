import { parseArgs } from 'node:util'
import { formatProblem } from '../config/load-configuration.ts'
import type { Command } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'

export const command: Command = {
  summary: 'checks the configuration and shows every mistake at once',
  usage: `vedette validate [options]

${configurationUsage}

Exit codes: 0 it is good (warnings alone are 0), 2 it would be refused.`,
  async run(argv, io) {
    const { values } = parseArgs({ args: [...argv], options: configurationArgs })
    const loaded = await loadFor(values, io)
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const { discoverAll } = await import('./discover.ts')
    const journeys = await discoverAll(loaded, io)
    for (const problem of journeys.problems) io.error(`${formatProblem(problem)}\n`)
    if (journeys.problems.some(problem => problem.level === 'error')) return 2
    const checks = loaded.configuration.systems.reduce((sum, system) => sum + system.checks.length, 0)
    io.write(
      `${loaded.file} is good: ${count(loaded.configuration.systems.length, 'system')}, ${count(checks, 'probe')}, ${count(journeys.checks.length, 'journey')}\n`,
    )
    return 0
  },
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
