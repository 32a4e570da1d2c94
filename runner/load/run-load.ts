/** One load run with the real k6: plan, run, read, judge. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { addressVariables } from '../core/address-variables.ts'
import type { Clock } from '../core/contracts.ts'
import type { LoadDefinition, System, Text } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { RunnerFault } from '../core/fault.ts'
import type { LoadRun } from '../core/ports.ts'
import type { Scrub } from '../core/redaction.ts'
import type { FoundK6 } from '../system/k6.ts'
import { type K6Exit, openK6Workplace } from '../system/k6-process.ts'
import { packageFolder } from '../system/version.ts'
import { judgeLoad } from './judge-load.ts'
import { createK6Log } from './k6-log.ts'
import { k6Plan, type LoadPlan, planLoad, plannedDuration } from './plan-load.ts'
import { createSeries, type SeriesEntry } from './series.ts'
import { readSummary } from './summary.ts'

export interface LoadRequest {
  readonly system: Pick<System, 'id' | 'requirements'>
  readonly load: LoadDefinition
  /** `documented`, `smoke` or another of the definition's. */
  readonly profile: string
  /** Addresses of the system by name. The script sees `BASE_URL` and `VEDETTE_URL_<NAME>`, as journeys do. */
  readonly urls: Readonly<Record<string, string>>
  readonly environment: string
  /** Shortens stages only; limits stay. 1 is the promised time. */
  readonly timeScale: number
  /** Ends the run: k6 is asked to stop, and the run becomes unknown. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly k6: FoundK6
  /** Names the run; safe in a URL. */
  readonly id: string
  /** Of our own environment k6 gets proxies, certificates and the time zone, nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where relative paths of the script's own reports begin. */
  readonly cwd: string
  /** The value of a secret. */
  reveal(text: Text): string
  readonly scrub: Scrub
  /** About once a second, while k6 runs. */
  onProgress?(entry: SeriesEntry): void
  /** What k6 warns about, once it ended. */
  onWarning?(message: string): void
}

/** Longest time for what surrounds the stages: setup, iterations that end, teardown, summary. ms. */
const slack = 300_000
/** Longest time between asking k6 to stop and killing it, ms. */
const stopGrace = 15_000

/** Throws RunnerFault when the run could not even begin; whatever happens after that is in the verdict. */
export async function runLoad(request: LoadRequest): Promise<LoadRun> {
  const { load, clock, signal, k6 } = request
  const plan = planLoad(load, request.profile, request.system.requirements, request.timeScale)
  const env = k6Environment(request, plan)
  await using workplace = openK6Workplace()
  const planFile = workplace.write(
    'plan.json',
    JSON.stringify(k6Plan(plan, { id: request.id, summary: join(workplace.folder, 'summary.json') })),
  )
  const script = workplace.write('run.js', wrapper(load.script, planFile))
  const series = createSeries(entry => request.onProgress?.(entry))
  const log = createK6Log()
  const startedAt = clock.now()
  const from = clock.monotonic()
  const planned = plannedDuration(plan)
  const exit = await workplace.run({
    path: k6.path,
    args: ['run', '--quiet', '--no-color', '--log-format', 'json', '--out', 'json=-', script],
    env: { ...env, HOME: workplace.folder },
    cwd: request.cwd,
    clock,
    signal,
    grace: stopGrace,
    ...(planned === undefined ? {} : { limit: planned + slack }),
    onOutput: line => series.add(line),
    onLog: line => log.add(line),
  })
  for (const warning of log.warnings) request.onWarning?.(request.scrub(warning))
  const ended = whyEnded(exit, signal, planned)
  const judgement = judgeLoad({
    plan,
    exitCode: exit.code,
    summary: readSummary(workplace.read('summary.json'), request.id),
    points: series.points,
    exceptions: log.exceptions,
    ...(log.complaint === undefined ? {} : { complaint: log.complaint }),
    ...(ended === undefined ? {} : { ended }),
  })
  return {
    id: request.id,
    system: request.system.id,
    environment: request.environment,
    load: load.id,
    profile: plan.profile,
    startedAt,
    duration: clock.monotonic() - from,
    verdict: judgement.verdict,
    ...(judgement.detail === undefined ? {} : { detail: request.scrub(judgement.detail) }),
    timeScale: plan.timeScale,
    stages: plan.stages.map(stage => stage.text),
    thresholds: judgement.thresholds,
    metrics: judgement.metrics,
    series: series.entries(),
    k6: { version: k6.version, exitCode: exit.code },
  }
}

function whyEnded(exit: K6Exit, signal: AbortSignal, planned: number | undefined): string | undefined {
  if (signal.aborted) return 'the run was interrupted'
  if (exit.killed === 'limit') return `k6 did not end within ${formatDuration((planned ?? 0) + slack)} and was killed`
  return undefined
}

/** The script is run unchanged: this module stands before it and adds what is planned. k6's parser wants the semicolons. */
function wrapper(script: string, planFile: string): string {
  const lib = join(packageFolder, 'load', 'lib')
  const quoted = (path: string) => JSON.stringify(pathToFileURL(path).href)
  return `import * as script from ${quoted(script)};
import { withPlan } from ${quoted(join(lib, 'options.ts'))};
import { summarize } from ${quoted(join(lib, 'summary.ts'))};
export * from ${quoted(script)};
const plan = JSON.parse(open(${JSON.stringify(planFile)}));
export const options = withPlan(script.options, plan);
export const handleSummary = data => summarize(data, plan, script.handleSummary);
export default script.default;
`
}

const inherited = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'].concat([
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'TZ',
])

/** All that k6 and the script see. A K6_ variable would beat the options silently, so there are none but ours. */
function k6Environment({ load, urls, env, reveal }: LoadRequest, plan: LoadPlan): Readonly<Record<string, string>> {
  const stray = Object.keys(load.env).find(name => /^k6_/i.test(name))
  if (stray !== undefined) {
    throw new RunnerFault(
      `expected the env of load '${load.id}' to be for its script, found ${stray}, which would override k6's options; put it into the script's options`,
    )
  }
  const planned = plannedDuration(plan)
  return {
    ...Object.fromEntries(
      inherited.flatMap(name => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])),
    ),
    ...addressVariables(urls),
    ...(planned === undefined ? {} : { VEDETTE_LOAD_SECONDS: String(planned / 1_000) }),
    ...Object.fromEntries(Object.entries(load.env).map(([name, text]) => [name, reveal(text)])),
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
  }
}
