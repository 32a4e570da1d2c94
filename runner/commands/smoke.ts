import { parseArgs } from 'node:util'
import { ConfigurationError, formatProblem, type Loaded } from '../config/load-configuration.ts'
import { decide } from '../core/decision.ts'
import { parseDuration } from '../core/duration.ts'
import { checkKey, type Decision, type Journeys, type Reporter } from '../core/ports.ts'
import { mayMeanJourneys, select, selectable } from '../core/selection.ts'
import { type GateCheck, runGate } from '../engine/gate.ts'
import { joinReporters, type Reports } from '../engine/gate-reports.ts'
import { askRevision } from '../system/ask-revision.ts'
import { version } from '../system/version.ts'
import { type Command, type CommandIo, refuseEmpty, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { openDataFolder } from './data-folder.ts'
import { discoverWith } from './discover.ts'
import { keepResults, openArtifacts } from './keep-results.ts'
import { markDecision } from './mark-decision.ts'
import { heartbeatReader } from './read-heartbeats.ts'
import { openReporters } from './smoke-reporters.ts'
import { watchClient } from './watch-client.ts'

const args = {
  ...configurationArgs,
  'expect-revision': { type: 'string', multiple: true },
  answers: { type: 'string', default: '3' },
  wait: { type: 'string', default: '3m' },
  timeout: { type: 'string', default: '10m' },
  strict: { type: 'boolean', default: false },
  reporter: { type: 'string', multiple: true, short: 'r' },
  data: { type: 'string' },
  watch: { type: 'string' },
  'on-no-go': { type: 'string' },
  'on-no-go-timeout': { type: 'string', default: '10m' },
} as const

export const command: Command = {
  summary: 'runs the selection once and decides: GO, NO-GO or CANNOT TELL',
  usage: `vedette smoke [selection…] [options]

A selection is a system, system/check, @tag or requirement (COD-21); several are united; ! before one excludes. Without one: all checks
but those with \`smoke: false\`, which run only when they are named.

${configurationUsage}
  --expect-revision [system=]<revision>   wait until every origin carries it; it must stay until the end; repeatable
  --answers <n>         equal answers in a row that each origin must give (default: 3)
  --wait <duration>     how long to wait for the revision (default: 3m)
  --timeout <duration>  for everything, the waiting included; what is not done then is unknown (default: 10m)
  --strict              degraded is NO-GO
  --reporter, -r <name>[=<file>]   console, json, junit, markdown; repeatable (default: console)
  --data <folder>       keeps results and evidence (screenshots, traces) there, for the pages (default: nothing is kept)
  --watch <url>         the running watch: it is told of the deploy with the decision (VEDETTE_TOKEN, else the token in the data folder), and
                        tells the state of heartbeats, which without it is read from the data folder
  --on-no-go <command>  the rollback hook: run by /bin/sh on exit code 1 only, with the decision as JSON on its standard input and
                        VEDETTE_DECISION, VEDETTE_EXIT_CODE, VEDETTE_ENVIRONMENT, VEDETTE_REVISION, VEDETTE_FAILED and
                        VEDETTE_REASON in its environment; it never changes the exit code
  --on-no-go-timeout <duration>    after which the hook is killed (default: 10m)

Exit codes: 0 GO, 1 NO-GO, 2 usage, configuration or nothing selected, 3 CANNOT TELL, 4 the revision could not be read, did not come up
or changed, 130 and 143 interrupted. If it ends in any other way, the code is not 0.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({ args: [...argv], options: args, allowPositionals: true })
    refuseEmpty(values, ['on-no-go'])
    const settings = {
      answers: wholeNumber('--answers', values.answers),
      wait: durationOf('--wait', values.wait, true),
      timeout: durationOf('--timeout', values.timeout),
      hookTimeout: durationOf('--on-no-go-timeout', values['on-no-go-timeout']),
    }
    const watch = watchClient(values.watch, { data: values.data, io })
    const reporters = await openReporters(values.reporter ?? ['console'], io)
    const reports = joinReporters(reporters, io.clock, message => io.error(`${message}\n`))
    const refuse = (problems: readonly string[], environment: string) =>
      refusal({ problems, environment, strict: values.strict, selection: positionals, reporters, reports }, io)

    let loaded: Loaded
    try {
      loaded = await loadFor(values, io)
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      return refuse(error.problems.map(formatProblem), values.env ?? '')
    }
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const expected = expectations(values['expect-revision'] ?? [], loaded)
    const { systems } = loaded.configuration
    const concerned = systems.filter(
      system => system.journeys.length > 0 && mayMeanJourneys(positionals, system, systems),
    )
    const data = values.data === undefined ? undefined : openDataFolder(values.data, io)
    await using journeys = concerned.length === 0 ? undefined : await openGateJourneys(loaded, data, io)
    const found = journeys === undefined ? undefined : await discoverWith(journeys, concerned)
    for (const { title, reason } of found?.skipped ?? []) io.error(`skipped: ${title} (${reason})\n`)
    const mistakes = (found?.problems ?? []).filter(problem => problem.level === 'error')
    for (const problem of found?.problems ?? [])
      if (problem.level === 'warning') io.error(`${formatProblem(problem)}\n`)
    if (mistakes.length > 0) return refuse(mistakes.map(formatProblem), loaded.environment)

    const all = [
      ...systems.flatMap(system => system.checks.map((check): GateCheck => ({ system, check }))),
      ...(found?.checks ?? []),
    ].map(item => ({ ...selectable(item.system, item.check), item }))
    const { selected, problems } = select(all, positionals)
    if (problems.length > 0) return refuse(problems, loaded.environment)

    const decision = await runGate({
      loaded,
      checks: selected.map(({ item }) => item),
      selection: positionals,
      version,
      strict: values.strict,
      revision: { expected, answers: settings.answers, wait: settings.wait, ask: askRevision },
      timeout: settings.timeout,
      ...(journeys === undefined ? {} : { journeys }),
      readHeartbeat: heartbeatReader({ watch, data: values.data }, loaded, io),
      reports,
      clock: io.clock,
      signal: io.signal,
      random: Math.random,
    })
    if (data !== undefined) await keepResults(decision.results, loaded, data, io)
    if (watch !== undefined) await markDecision(decision, watch, io)
    const hook = values['on-no-go']
    if (hook !== undefined && decision.exitCode === 1) await rollBack(hook, decision, settings.hookTimeout, io)
    return decision.exitCode
  },
}

/** Playwright is a second of start-up that a gate without journeys does not pay. */
async function openGateJourneys(loaded: Loaded, data: string | undefined, io: CommandIo): Promise<Journeys> {
  const { openJourneys } = await import('./journeys.ts')
  // Nothing is kept warm for a single invocation.
  if (data === undefined) return openJourneys(loaded, io, { spares: false })
  return openJourneys(loaded, io, { spares: false, data, artifacts: await openArtifacts(loaded, data, io) })
}

/** What cannot be run is reported like a decision, so that a job summary shows the mistake as well. */
async function refusal(
  what: {
    readonly problems: readonly string[]
    readonly environment: string
    readonly strict: boolean
    readonly selection: readonly string[]
    readonly reporters: readonly Reporter[]
    readonly reports: Reports
  },
  io: CommandIo,
): Promise<number> {
  const { reporters, reports, ...rest } = what
  if (!reporters.some(reporter => reporter.name === 'console')) io.error(`${what.problems.join('\n')}\n`)
  const startedAt = io.clock.now()
  const decision = decide({
    ...rest,
    location: '',
    version,
    plan: [],
    results: [],
    revisions: {},
    startedAt,
    duration: 0,
  })
  reports.onDecision(decision)
  await reports.done()
  return decision.exitCode
}

async function rollBack(hook: string, decision: Decision, timeout: number, io: CommandIo): Promise<void> {
  const { runHook } = await import('../system/run-hook.ts')
  const live = new Set(Object.values(decision.revisions).flatMap(({ before }) => before ?? []))
  io.error(`rollback hook: ${hook}\n`)
  const end = await runHook({
    command: hook,
    cwd: io.cwd,
    env: {
      ...io.env,
      VEDETTE_DECISION: decision.decision,
      VEDETTE_EXIT_CODE: String(decision.exitCode),
      VEDETTE_ENVIRONMENT: decision.environment,
      VEDETTE_REVISION: [...live].join(' '),
      VEDETTE_FAILED: decision.results
        .filter(result => result.verdict === 'failed')
        .map(checkKey)
        .join(' '),
      VEDETTE_REASON: decision.reasons[0] ?? '',
    },
    input: `${JSON.stringify(decision)}\n`,
    timeout,
    clock: io.clock,
    signal: io.signal,
    onOutput: io.error,
  })
  io.error(`rollback hook ${end}\n`)
}

function expectations(words: readonly string[], loaded: Loaded): Readonly<Record<string, string>> {
  const ids = loaded.configuration.systems.map(system => system.id)
  const entries = words.flatMap(word => {
    const [, system, revision] = /^(?:([^=]*)=)?(.*)$/s.exec(word)!
    if (!revision)
      throw new UsageError(`expected --expect-revision to name a revision, found '${word}' (an unset variable?)`)
    if (system === undefined) return ids.map(id => [id, revision] as const)
    if (!ids.includes(system)) throw new UsageError(`expected a system (${ids.join(', ')}) before =, found '${word}'`)
    return [[system, revision] as const]
  })
  return Object.fromEntries(entries)
}

function durationOf(option: string, text: string, zero = false): number {
  const ms = parseDuration(text) ?? (zero && text === '0' ? 0 : undefined)
  if (ms === undefined || (ms === 0 && !zero))
    throw new UsageError(`expected ${option} to be a duration such as 30s or 5m, found '${text}'`)
  return ms
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new UsageError(`expected ${option} to be a whole number from 1 to 99, found '${text}'`)
}
