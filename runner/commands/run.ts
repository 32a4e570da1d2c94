import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatProblem, type Loaded } from '../config/load-configuration.ts'
import type { Outcome, Result } from '../core/contracts.ts'
import type { Check, JourneyCheck, System } from '../core/definitions.ts'
import { toResult } from '../core/judge.ts'
import { checkKey, type Journeys } from '../core/ports.ts'
import { scrubber } from '../core/redaction.ts'
import { scrubResult } from '../core/scrub-result.ts'
import { select, selectable } from '../core/selection.ts'
import { isJourney } from '../engine/gate-runs.ts'
import { heartbeatsOf, type Listened } from '../engine/heartbeat-rule.ts'
import type { ReadHeartbeat } from '../engine/heartbeat-state.ts'
import { runCheck } from '../engine/run-check.ts'
import { runContexts } from '../engine/run-context.ts'
import { version } from '../system/version.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { dataFolderAt, openDataFolder } from './data-folder.ts'
import { discoverWith } from './discover.ts'
import { keepResults, openArtifacts } from './keep-results.ts'
import { heartbeatReader } from './read-heartbeats.ts'
import { describeHeartbeat, describeRun } from './run-report.ts'
import { watchClient } from './watch-client.ts'

const args = {
  ...configurationArgs,
  headed: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
  watch: { type: 'string' },
} as const

export const command: Command = {
  summary: 'runs one check once and shows everything about it',
  usage: `vedette run <system>/<check> [options]

${configurationUsage}
  --headed              a journey in a window that you can watch
  --trace               keep the trace of a journey also when it passes
  --data <folder>       history and evidence; the run is shown on the pages as well (default for evidence: ./.vedette)
  --watch <url>         the running watch that is asked for a heartbeat, which is never run (default: the history in the data folder)
  --json                the result as one JSON object on standard output

Exit codes: 0 passed or degraded, 1 failed, 2 usage or configuration, 3 unknown, 130 and 143 interrupted.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({ args: [...argv], options: args, allowPositionals: true })
    const [name, ...more] = positionals
    if (name === undefined || more.length > 0)
      throw new UsageError(
        `expected one check as system/check, found ${positionals.length === 0 ? 'none' : positionals.join(' ')}`,
      )
    const loaded = await loadFor(values, io)
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const data = values.data === undefined ? undefined : openDataFolder(values.data, io)
    await using opened = await find(name, loaded, data, io)
    if ('refused' in opened) {
      io.error(`${opened.refused.join('\n')}\n`)
      return 2
    }
    const { system, check, journeys } = opened
    if (check.heartbeat !== undefined) {
      const reader = heartbeatReader(
        { watch: watchClient(values.watch, { data: values.data, io }), data: values.data },
        loaded,
        io,
      )
      return await showHeartbeat(heartbeatsOf([{ ...system, checks: [check] }])[0]!, reader, values.json, io)
    }
    const wishes = { headed: values.headed, trace: values.trace }
    const obstacle = obstacleOf(wishes, name, check, io)
    if (obstacle !== undefined) {
      io.error(`${obstacle}\n`)
      return 3
    }
    const outcome =
      journeys === undefined || !isJourney(check)
        ? await runProbe(system, check, loaded, io)
        : await runJourney(journeys, system, check, loaded, wishes, io)
    const result = judged(system, check, outcome, loaded)
    if (data !== undefined) await keepResults([result], loaded, data, io)
    const command =
      journeys !== undefined && isJourney(check) ? journeys.command(check, loaded.urls[system.id] ?? {}) : undefined
    const evidence = join(dataFolderAt(values.data, io), 'artifacts')
    io.write(values.json ? `${JSON.stringify(result)}\n` : describeRun(result, check, { evidence, command }))
    if (io.signal.aborted) return io.signal.reason === 'SIGTERM' ? 143 : 130
    return { passed: 0, degraded: 0, failed: 1, unknown: 3 }[result.verdict]
  },
}

/** What somebody else's job said last, or did not say. */
async function showHeartbeat(
  heartbeat: Listened,
  read: ReadHeartbeat,
  asJson: boolean,
  io: CommandIo,
): Promise<number> {
  const reading = await read(heartbeat)
  const { verdict = 'unknown', detail = undefined } = 'fault' in reading ? { detail: reading.fault } : reading
  if (asJson) io.write(`${JSON.stringify({ check: heartbeat.key, ...reading, verdict })}\n`)
  else io.write(describeHeartbeat(heartbeat, reading, { verdict, detail }))
  return { passed: 0, degraded: 0, failed: 1, unknown: 3 }[verdict]
}

interface Wishes {
  readonly headed: boolean
  readonly trace: boolean
}

/** What this machine lacks for a wish; a wish that the check can never meet is a mistake. */
function obstacleOf({ headed, trace }: Wishes, name: string, check: Check | JourneyCheck, io: CommandIo) {
  if ((headed || trace) && !isJourney(check))
    throw new UsageError(`expected a journey with --headed or --trace, found that ${name} is a probe; leave them out`)
  if (trace && isJourney(check) && check.source.mask !== undefined)
    throw new UsageError(
      `expected no --trace, found that ${name} masks its screenshots: a trace would show all; leave it out`,
    )
  if (!headed || io.env['DISPLAY'] || io.env['WAYLAND_DISPLAY']) return undefined
  return 'expected a display to show the window of --headed on, found neither DISPLAY nor WAYLAND_DISPLAY; run it on a desktop, or leave --headed out and look at what --trace keeps'
}

interface Found extends AsyncDisposable {
  readonly system: System
  readonly check: Check | JourneyCheck
  readonly journeys: Journeys | undefined
}

interface Refused extends AsyncDisposable {
  readonly refused: readonly string[]
}

/** The check of that name. Playwright is asked only when no probe has it. */
async function find(name: string, loaded: Loaded, data: string | undefined, io: CommandIo): Promise<Found | Refused> {
  const { systems } = loaded.configuration
  const probes = systems.flatMap(system => system.checks.map(check => ({ system, check })))
  const probe = probes.find(({ system, check }) => checkKey({ system: system.id, check: check.id }) === name)
  if (probe !== undefined) return { ...probe, journeys: undefined, async [Symbol.asyncDispose]() {} }
  const concerned = systems.filter(system => system.journeys.length > 0 && name.startsWith(`${system.id}/`))
  const journeys = concerned.length === 0 ? undefined : await open(loaded, data, io)
  const found = journeys === undefined ? undefined : await discoverWith(journeys, concerned)
  const close = { [Symbol.asyncDispose]: async () => journeys?.[Symbol.asyncDispose]() }
  const mistakes = (found?.problems ?? []).filter(problem => problem.level === 'error')
  if (mistakes.length > 0) return { refused: mistakes.map(formatProblem), ...close }
  const all = [...probes, ...(found?.checks ?? [])].map(item => ({ ...selectable(item.system, item.check), item }))
  const { selected, problems } = select(all, [name])
  if (problems.length > 0) return { refused: problems, ...close }
  if (selected.length !== 1) {
    const names = selected.map(checkKey).join(', ')
    return {
      refused: [`expected the name of one check, found that '${name}' means ${selected.length}: ${names}`],
      ...close,
    }
  }
  return { ...selected[0]!.item, journeys, ...close }
}

async function open(loaded: Loaded, data: string | undefined, io: CommandIo): Promise<Journeys> {
  const { openJourneys } = await import('./journeys.ts')
  const folder = data ?? openDataFolder(undefined, io)
  return openJourneys(loaded, io, { spares: false, data: folder, artifacts: await openArtifacts(loaded, folder, io) })
}

function runProbe(system: System, check: Check, loaded: Loaded, io: CommandIo): Promise<Outcome> {
  const contextOf = runContexts({ loaded, system, clock: io.clock, version, random: Math.random })
  const context = contextOf(`${system.id}~${check.id}~manual`, io.signal)
  return runCheck(check, {
    ...context,
    onRetry: ({ saw }) => io.error(`again, because ${'fault' in saw ? saw.fault : saw.ok ? '' : saw.detail}\n`),
  })
}

async function runJourney(
  journeys: Journeys,
  system: System,
  check: JourneyCheck,
  loaded: Loaded,
  wishes: Wishes,
  io: CommandIo,
): Promise<Outcome> {
  let outcome: Outcome | undefined
  await journeys.run({
    system,
    checks: [check],
    urls: loaded.urls[system.id] ?? {},
    invocation: `run-${io.clock.now().toString(36)}`,
    trigger: 'manual',
    signal: io.signal,
    ...wishes,
    onOutcome: (_check, given) => {
      outcome ??= given
    },
  })
  const fault = 'Playwright ended without a word about it'
  return outcome ?? { attempts: [{ startedAt: io.clock.now(), duration: 0, saw: { fault } }] }
}

const judged = (system: System, check: Check, outcome: Outcome, loaded: Loaded): Result =>
  scrubResult(
    toResult(
      {
        system: system.id,
        check: check.id,
        environment: loaded.environment,
        location: loaded.configuration.location,
        slot: outcome.attempts[0].startedAt + Math.floor(Math.random() * 1_000),
        trigger: 'manual',
        version,
      },
      outcome,
    ),
    scrubber(loaded.secrets.values),
  )
