/** The figures that a journey brought, and what the limits of its requirements say to them. */

import type { Breach, Fault, Observation } from '../core/contracts.ts'
import type { JourneyCheck } from '../core/definitions.ts'
import {
  comparisonOf,
  describeLimit,
  keepsLimit,
  type Limit,
  limitsOf,
  type Requirement,
  type Statistic,
  statistic,
} from '../core/requirements.ts'
import { attachmentNames, contentOf } from './evidence.ts'
import type { ReportedAttachment } from './protocol.ts'

/** By name: one number each, or one for each page that was opened. */
export interface Figures {
  readonly samples: Readonly<Record<string, readonly number[]>>
  /** What is behind a figure, in words. */
  readonly findings: Readonly<Record<string, string>>
}

/** What our fixture and our helpers measure themselves: a promise about one of these is not kept by silence. */
const measured = ['page_load_ms', 'lcp_ms', 'inp_ms', 'cls', 'wcag21aa_violations', 'lighthouse_performance']

/** The figures that the requirements of a system ask a journey for, by requirement. */
export function measuredBy(requirements: readonly Requirement[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    requirements.flatMap(({ id }) => {
      const metrics = limitsOf(requirements, id).map(({ metric }) => metric)
      const asked = metrics.filter(metric => measured.includes(metric))
      return asked.length === 0 ? [] : [[id, asked]]
    }),
  )
}

/** Reads what our fixture attached; what cannot be read is left out. */
export async function readFigures(
  attachments: readonly ReportedAttachment[],
  trouble: (message: string, error: unknown) => void,
): Promise<Figures> {
  const read = async (name: string): Promise<readonly (readonly [string, unknown])[]> => {
    const found = attachments.find(attachment => attachment.name === name)
    if (!found) return []
    try {
      const entries = Object.entries(JSON.parse((await contentOf(found)).toString()) as Record<string, unknown>)
      return entries.filter(([name]) => /^[a-z][a-z0-9_]{0,60}$/.test(name))
    } catch (error) {
      trouble('metrics were not kept', error)
      return []
    }
  }
  const numbers = (value: unknown) => (Array.isArray(value) ? value : [value]).filter(item => typeof item === 'number')
  const samples = (await read(attachmentNames.metrics)).map(([name, value]) => [name, numbers(value)] as const)
  const findings = (await read(attachmentNames.findings)).map(([name, text]) => [name, String(text)] as const)
  return {
    samples: Object.fromEntries(samples.filter(([, list]) => list.length > 0)),
    findings: Object.fromEntries(findings),
  }
}

/** One number a figure: the statistic that a limit asks for, else the 75th percentile, by which web vitals are judged. */
export function metricsOf(
  { samples }: Figures,
  requirements: readonly Requirement[],
  covers: readonly string[],
): Readonly<Record<string, number>> {
  const stats = new Map<string, Statistic>()
  for (const { metric, stat } of limitsFor(requirements, covers)) if (stat) stats.set(metric, stat)
  return Object.fromEntries(
    Object.entries(samples).map(([name, list]) => [name, statistic(list, stats.get(name) ?? 'p75')]),
  )
}

const limitsFor = (requirements: readonly Requirement[], covers: readonly string[]) =>
  covers.flatMap(id => limitsOf(requirements, id).map(limit => ({ ...limit, requirement: id })))

/** A pass, held to the limits of the requirements that the journey covers. */
export function judgeFigures(
  saw: Observation | Fault,
  check: Pick<JourneyCheck, 'covers'>,
  requirements: readonly Requirement[],
  figures: Figures,
): Observation | Fault {
  if (!('ok' in saw) || !saw.ok) return saw
  const limits = limitsFor(requirements, check.covers)
  const missing = limits.find(({ metric }) => measured.includes(metric) && figures.samples[metric] === undefined)
  if (missing) {
    const { steps = [] } = saw
    return {
      fault: `expected ${missing.metric} (${missing.requirement}), found no figure: ${whyNone(missing, figures)}`,
      steps,
    }
  }
  const breaches = limits.flatMap(limit => breachOf(limit, figures))
  return breaches.length === 0 ? saw : { ...saw, breaches: [...(saw.breaches ?? []), ...breaches] }
}

function breachOf(limit: Limit & { readonly requirement: string }, figures: Figures): readonly Breach[] {
  const list = figures.samples[limit.metric]
  // Words, such as grades, are judged by those who make them.
  if (list === undefined || typeof comparisonOf(limit).value !== 'number') return []
  const value = statistic(list, limit.stat ?? 'p75')
  if (keepsLimit(limit, value)) return []
  const found = figures.findings[limit.metric]
  return [
    {
      requirement: limit.requirement,
      metric: limit.metric,
      value,
      limit: describeLimit(limit),
      ...(found === undefined ? {} : { found }),
    },
  ]
}

function whyNone({ metric }: Limit, { findings }: Figures): string {
  const known = findings[metric]
  if (known !== undefined) return known
  if (metric === 'inp_ms')
    return 'it needs a click or a key while a page of the system is open, and a browser that knows event timing'
  if (metric === 'lighthouse_performance') return 'the journey has to call `lighthouse(path)` of our fixture'
  return "it needs the `test` of 'vedette/playwright', and a page of the system that the journey opens"
}
