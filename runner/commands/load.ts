import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { formatProblem, type Loaded } from '../config/load-configuration.ts'
import type { LoadDefinition, System } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import type { LoadRun } from '../core/ports.ts'
import { scrubber } from '../core/redaction.ts'
import { describeStages, exitCodeOf } from '../load/judge-load.ts'
import { type LoadPlan, mainProfile, peakUsers, planLoad, plannedDuration, profilesOf } from '../load/plan-load.ts'
import { runLoad } from '../load/run-load.ts'
import type { SeriesEntry } from '../load/series.ts'
import { type FoundK6, findK6, isK6, k6Folder } from '../system/k6.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadFor } from './configuration-options.ts'
import { dataFolderAt, historyFile, openDataFolder } from './data-folder.ts'
import { table } from './table.ts'

const args = {
  ...configurationArgs,
  profile: { type: 'string', short: 'p' },
  'time-scale': { type: 'string', default: '1' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const command: Command = {
  summary: 'runs k6 with the promised load and judges it by the promised limits',
  usage: `vedette load <system>[/<load>] [options]

${configurationUsage}
  --profile, -p <name>  documented (default), smoke (2 users for 30 s) or another of the definition
  --time-scale <n>      shortens the stages, not the limits: 0.02 makes 9 minutes 11 seconds (default: 1)
  --data <folder>       keeps the result there, for the pages
  --json                the result as one JSON object on standard output

The promises hold for the machine that offers the load as well: leave it some processor time, and raise its limit of open files.
k6 ${'>=2.0.0 <3'} is taken from VEDETTE_K6, from \`vedette setup\`, or from PATH.

Exit codes: 0 every threshold was kept, 1 one was crossed, 2 usage or configuration, 3 CANNOT TELL (no k6, no samples, a script that threw),
130 and 143 interrupted.`,
  async run(argv, io) {
    const { values, positionals } = parseArgs({ args: [...argv], options: args, allowPositionals: true })
    const timeScale = scaleOf(values['time-scale'])
    const loaded = await loadFor(values, io)
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const { system, load } = pick(loaded.configuration.systems, positionals)
    const profile = profileOf(load, values.profile)
    // A folder that cannot be made is told before the load, not after it.
    const data = values.data === undefined ? undefined : openDataFolder(values.data, io)
    const k6 = await findK6({ env: io.env, caches: [k6Folder(dataFolderAt(values.data, io))] })
    if (!isK6(k6)) {
      io.error(`${k6.missing}\nCANNOT TELL: without k6 there is no load run\n`)
      return 3
    }
    const run = await execute({ loaded, system, load, profile, timeScale, k6 }, io)
    if (data !== undefined) await keep(run, data, io)
    io.write(values.json ? `${JSON.stringify(run)}\n` : report(run, io.columns))
    if (io.signal.aborted) return io.signal.reason === 'SIGTERM' ? 143 : 130
    return exitCodeOf(run.verdict)
  },
}

interface Chosen {
  readonly loaded: Loaded
  readonly system: System
  readonly load: LoadDefinition
  readonly profile: string
  readonly timeScale: number
  readonly k6: FoundK6
}

function execute({ loaded, system, load, profile, timeScale, k6 }: Chosen, io: CommandIo): Promise<LoadRun> {
  const urls = loaded.urls[system.id] ?? {}
  const plan = planLoad(load, profile, system.requirements, timeScale)
  io.error(announcement({ system, load, plan, k6, urls, environment: loaded.environment }))
  const id = [system.id, load.id, new Date(io.clock.now()).toISOString().replaceAll(/[-:.]/g, '')].join('-')
  return runLoad({
    system,
    load,
    profile,
    urls,
    environment: loaded.environment,
    timeScale,
    signal: io.signal,
    clock: io.clock,
    k6,
    id: `${id}-${randomBytes(3).toString('hex')}`,
    env: io.env,
    cwd: io.cwd,
    reveal: loaded.secrets.reveal,
    scrub: scrubber(loaded.secrets.values),
    onProgress: progressLine(plan, io),
    onWarning: message => io.error(`k6 warns: ${message}\n`),
  })
}

/** A history that cannot be written changes no verdict, and is told. */
async function keep(run: LoadRun, data: string, io: CommandIo): Promise<void> {
  const { createSqliteStore } = await import('../stores/sqlite.ts')
  try {
    await using store = await createSqliteStore({ path: historyFile(data, run.environment), clock: io.clock })
    await store.addLoadRun(run)
  } catch (error) {
    io.error(`the result is not kept: ${(error as Error).message}\n`)
  }
}

/** What is about to be loaded, and how much: the last moment to notice that it is the wrong target. */
function announcement(of: {
  readonly system: System
  readonly load: LoadDefinition
  readonly plan: LoadPlan
  readonly k6: FoundK6
  readonly urls: Readonly<Record<string, string>>
  readonly environment: string
}): string {
  const { system, load, plan, k6, urls, environment } = of
  const peak = peakUsers(plan)
  const addresses = Object.entries(urls).map(([name, url]) => `${name} ${url}`)
  return `${[
    `load     ${system.id}/${load.id}, profile ${plan.profile}${plan.requirement === undefined ? '' : ` (${plan.requirement})`}`,
    `target   ${environment}: ${addresses.join(', ') || 'as the script says'}`,
    `users    ${peak === undefined ? '' : `up to ${peak}: `}${describeStages(plan)}`,
    `k6       ${k6.version} (${k6.path})`,
  ].join('\n')}\n`
}

const quietSeconds = 10

/** One line that is redrawn on a terminal; a plain line now and then elsewhere. */
function progressLine(plan: LoadPlan, io: CommandIo): (entry: SeriesEntry) => void {
  const planned = plannedDuration(plan)
  let next = 0
  return entry => {
    const line = [
      `${formatDuration((entry.at + 1) * 1_000)}${planned === undefined ? '' : ` of ${formatDuration(planned)}`}`,
      `${entry.users} users`,
      `${entry.rps.toFixed(1)} requests/s`,
      `p95 ${Math.round(entry.p95)} ms`,
      `failed ${(entry.failed * 100).toFixed(1)} %`,
    ].join('  ')
    if (io.isTTY) return io.error(`\r${line.slice(0, io.columns - 1)}\u001b[K`)
    if (entry.at < next) return
    next = entry.at + quietSeconds
    io.error(`${line}\n`)
  }
}

/** The judged run for people. */
export function report(run: LoadRun, columns: number): string {
  const rows = run.thresholds.map(threshold => ({
    threshold: threshold.metric,
    limit: threshold.expression,
    measured: threshold.value === undefined ? '–' : String(Number(threshold.value.toPrecision(4))),
    samples: String(threshold.samples),
    verdict: threshold.verdict,
    promise: threshold.requirement ?? '',
  }))
  const requests = run.metrics['http_reqs']
  return [
    '\n',
    table(rows, columns),
    requests === undefined
      ? ''
      : `\n${requests['count']} requests in ${formatDuration(run.duration)}, ${requests['rate']?.toFixed(1)} a second\n`,
    pacing(run),
    run.timeScale === 1 ? '' : `time scale ${run.timeScale}: a trial, not the promised duration\n`,
    `${{ passed: 'PASSED', degraded: 'PASSED', failed: 'FAILED', unknown: 'CANNOT TELL' }[run.verdict]}${run.detail === undefined ? '' : `: ${run.detail}`}\n`,
  ].join('')
}

/** Whether users kept below rate limits or met none, where the script says so (load/lib/client.ts). */
function pacing({ metrics }: LoadRun): string {
  const share = metrics['users_rate_limited']?.['rate']
  const pause = metrics['user_pause_s']?.['avg']
  if (share === undefined || pause === undefined) return ''
  const every = `one call every ${pause.toFixed(1)} s on average`
  return share > 0
    ? `each user kept below the rate limit of the own account: ${every}\n`
    : `users met no rate limit (exempt): ${every}\n`
}

function pick(systems: readonly System[], words: readonly string[]): Pick<Chosen, 'system' | 'load'> {
  const all = systems.flatMap(system => system.load.map(load => ({ system, load })))
  const names = all.map(({ system, load }) => `${system.id}/${load.id}`).join(', ') || 'none is defined'
  if (words.length > 1) throw new UsageError(`expected one load (${names}), found ${words.length}: ${words.join(' ')}`)
  const [word] = words
  const found = all.filter(
    ({ system, load }) => word === undefined || word === system.id || word === `${system.id}/${load.id}`,
  )
  if (found.length === 1) return found[0]!
  throw new UsageError(
    found.length === 0
      ? `expected a load (${names}), found '${word ?? 'nothing'}'; a system gets one with load({ script: … }) among its checks`
      : `expected one load, found ${found.length}; say which: ${found.map(({ system, load }) => `${system.id}/${load.id}`).join(', ')}`,
  )
}

function profileOf(load: LoadDefinition, name: string | undefined): string {
  const known = profilesOf(load)
  if (name === undefined) return known[0] ?? mainProfile
  if (known.includes(name)) return name
  throw new UsageError(`expected a profile of load '${load.id}' (${known.join(', ')}), found '${name}'`)
}

function scaleOf(text: string): number {
  const scale = Number(text)
  if (text.trim() !== '' && scale > 0 && scale <= 10) return scale
  throw new UsageError(`expected --time-scale to be a number above 0 and at most 10, such as 0.02, found '${text}'`)
}
