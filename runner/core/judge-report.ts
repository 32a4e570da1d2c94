/** What a signal says of its job: that it failed, what it should have told and did not, figures that cross their limits. */

import type { Breach } from './contracts.ts'
import type { BeatReport } from './heartbeats.ts'
import { judge } from './judge.ts'
import type { FullRule, HeartbeatState, Said } from './judge-beat.ts'
import { describeLimit, keepsLimit } from './requirements.ts'

const hour = 3_600_000

export function judgeReport(
  { facts, parts, longest }: FullRule,
  {
    report,
    duration,
    successes,
  }: { readonly report: BeatReport; readonly duration: number | undefined; readonly successes: number },
): Said {
  const { kind, facts: told, text } = report
  if (kind === 'failure') {
    const said = text === undefined || text === '' ? 'without a word about it' : `saying: ${text}`
    return { verdict: 'failed', reason: 'status', detail: `expected the job to succeed, found that it failed, ${said}` }
  }
  const known: BeatReport['facts'] = {
    restores_succeeded: successes,
    ...told,
    heartbeat_age_h: 0,
    heartbeat_success_rate: 1,
  }
  const missing = [
    ...parts.map(part => `${part}_bytes`).filter(name => !(told[name]! > 0)),
    ...facts.map(fact => fact.name).filter(name => known[name] === undefined),
  ]
  if (missing.length > 0) return { verdict: 'failed', reason: 'contract', detail: incomplete(missing, told) }
  const crossed = facts.flatMap(({ name, requirement, limit }): readonly Breach[] =>
    keepsLimit(limit, known[name]!)
      ? []
      : [{ requirement, metric: limit.metric, value: known[name]!, limit: describeLimit(limit) }],
  )
  const late: readonly Breach[] =
    longest === undefined || duration === undefined || duration <= longest
      ? []
      : [{ metric: 'duration', value: duration, limit: `duration <= ${longest} ms` }]
  return judge({ ok: true, breaches: [...crossed, ...late] })
}

function incomplete(missing: readonly string[], told: BeatReport['facts']): string {
  const found = Object.entries(told).map(([name, value]) => `${name} ${value}`)
  const wanted = missing.map(name => (name in told ? `${name} over 0` : name)).join(' and ')
  return `expected the signal to tell ${wanted}, found ${found.join(', ') || 'no facts in it'}; send them as JSON: {"${missing[0]}": 1}`
}

/** What every run of a heartbeat tells, whoever sent what. */
export const metricsOf = (
  { lastSuccess, since }: Pick<HeartbeatState, 'lastSuccess' | 'since'>,
  told: BeatReport['facts'],
  at: number,
  succeeded: boolean,
): Readonly<Record<string, number>> => ({
  ...told,
  heartbeat_age_h: (at - (lastSuccess ?? since)) / hour,
  heartbeat_success_rate: succeeded ? 1 : 0,
})
