/** The time over which an objective holds. */

import type { Deploy } from './deploys.ts'
import { formatDuration } from './duration.ts'
import type { PeriodState } from './objectives.ts'
import { startOfMonth, zoneOffset } from './zone.ts'

export type Span =
  | { readonly ms: number }
  | { readonly calendar: 'month'; readonly timezone: string }
  | { readonly after: { readonly from: number; readonly to: number } }

const hour = 3_600_000
const day = 24 * hour

/** Its length, ms; of a month the usual one. */
export const lengthOf = (span: Span): number =>
  'ms' in span ? span.ms : 'after' in span ? span.after.to - span.after.from : 30 * day

/** In words: `30d`, `calendar month`, `1d after a deploy`. */
export const describeSpan = (span: Span): string =>
  'ms' in span
    ? formatDuration(span.ms)
    : 'calendar' in span
      ? 'calendar month'
      : `${spread(span.after)} after a deploy`

/** The period at a moment, or why there is none yet. `deploy`: the newest of the system. */
export function periodAt(
  span: Span,
  now: number,
  deploy: Deploy | undefined,
): PeriodState | { readonly waiting: string } {
  if ('ms' in span) {
    // Old edges lie on whole hours in the store, so they do here from the beginning.
    const from = span.ms > 2 * day ? Math.floor((now - span.ms) / hour) * hour : now - span.ms
    return { kind: 'rolling', from, to: now, text: `last ${formatDuration(span.ms)}` }
  }
  if ('calendar' in span) {
    const offsetAt = zoneOffset(span.timezone)
    const from = startOfMonth(now, offsetAt)
    const name = new Intl.DateTimeFormat('en', { timeZone: span.timezone, month: 'long', year: 'numeric' }).format(from)
    const text = span.timezone === 'UTC' ? name : `${name} (${span.timezone})`
    return { kind: 'month', from, to: startOfMonth(now, offsetAt, 1), text }
  }
  if (deploy === undefined) return { waiting: 'not measured yet: no deploy of this system is known' }
  const [from, to] = [deploy.at + span.after.from, deploy.at + span.after.to]
  if (now <= from) {
    return {
      waiting: `not measured yet: it begins ${formatDuration(span.after.from)} after the deploy of ${deploy.revision}`,
    }
  }
  return { kind: 'deploy', from, to, text: `${spread(span.after)} after the deploy of ${deploy.revision}`, deploy }
}

const spread = ({ from, to }: { readonly from: number; readonly to: number }) =>
  from === 0 ? formatDuration(to) : `${formatDuration(from)} to ${formatDuration(to)}`

/** The newest deploy that was not turned down. */
export const newestDeploy = (deploys: readonly Deploy[], system: string): Deploy | undefined =>
  deploys
    .filter(deploy => deploy.system === system && deploy.decision !== 'no-go')
    .reduce<Deploy | undefined>((newest, deploy) => (newest && newest.at >= deploy.at ? newest : deploy), undefined)
