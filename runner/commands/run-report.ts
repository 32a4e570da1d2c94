import { join } from 'node:path'
import type { Result, Step, Verdict } from '../core/contracts.ts'
import type { Check } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { checkKey } from '../core/ports.ts'
import type { Listened } from '../engine/heartbeat-rule.ts'
import type { HeartbeatReading } from '../engine/heartbeat-state.ts'
import { oneLine, printable } from '../reporters/text.ts'

/** Everything that one run saw, for the person who debugs it. */
export function describeRun(
  result: Result,
  check: Check,
  where: { readonly evidence: string; readonly command: string | undefined },
): string {
  const verdict = `${result.verdict}${result.reason === undefined ? '' : ` (${result.reason})`}`
  const attempts = result.attempts > 1 ? `, attempt ${result.attempts}` : ''
  const sections = [
    [
      `${oneLine(checkKey(result))}: ${verdict} in ${formatDuration(result.duration)}${attempts}`,
      `  ${check.probe.kind} ${oneLine(check.probe.summary)}`,
    ],
    ...(result.detail === undefined ? [] : [indent(result.detail)]),
    section(
      'earlier attempts',
      result.earlier.flatMap(attempt =>
        indent(`${formatDuration(attempt.duration)} ${attempt.reason}: ${attempt.detail}`),
      ),
    ),
    section('phases', phaseLines(result)),
    section(
      'steps',
      result.steps.flatMap(step => stepLines(step, 1)),
    ),
    section(
      'metrics',
      Object.entries(result.metrics).map(([name, value]) => `  ${name} ${Number(value.toPrecision(6))}`),
    ),
    section(
      'evidence',
      result.artifacts.map(artifact => `  ${artifact.kind.padEnd(10)} ${join(where.evidence, artifact.path)}`),
    ),
    section('covers', check.covers.length === 0 ? [] : [`  ${check.covers.join(' ')}`]),
    section('repeat without Vedette', where.command === undefined ? [] : [`  ${where.command}`]),
  ]
  return `${sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

/** What is known of a heartbeat, for the person who looks why it is red. */
export function describeHeartbeat(
  { key, check }: Listened,
  reading: HeartbeatReading,
  { verdict, detail }: { readonly verdict: Verdict; readonly detail: string | undefined },
): string {
  const sections = [
    [
      `${oneLine(key)}: ${verdict}; a heartbeat, which waits for signals and is not run`,
      `  ${oneLine(check.probe.summary)}; \`vedette heartbeats\` shows its address`,
    ],
    ...(detail === undefined ? [] : [indent(detail)]),
    ...('fault' in reading
      ? []
      : [
          section('last', [`  ${new Date(reading.slot).toISOString()}, ${formatDuration(reading.duration)} long`]),
          section(
            'metrics',
            Object.entries(reading.metrics).map(([name, value]) => `  ${name} ${Number(value.toPrecision(6))}`),
          ),
        ]),
    section('covers', check.covers.length === 0 ? [] : [`  ${check.covers.join(' ')}`]),
  ]
  return `${sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines]

const indent = (text: string): readonly string[] =>
  printable(text)
    .split('\n')
    .map(line => `  ${line}`.trimEnd())

const barWidth = 32

/** Phases as a waterfall, hop by hop: where the time went is seen at a glance. */
function phaseLines({ phases }: Result): readonly string[] {
  const total = phases.reduce((sum, phase) => sum + phase.duration, 0)
  const hops = new Set(phases.map(phase => phase.hop)).size
  let before = 0
  return phases.map(phase => {
    const from = total === 0 ? 0 : Math.floor((before / total) * barWidth)
    before += phase.duration
    const width = Math.max(1, Math.round((phase.duration / (total || 1)) * barWidth))
    const bar = `${' '.repeat(from)}${'▇'.repeat(Math.min(width, barWidth - from))}`
    const hop = hops > 1 ? `${phase.hop} ` : ''
    return `  ${hop}${phase.name.padEnd(9)}${formatDuration(phase.duration).padStart(8)}  ${bar}`.trimEnd()
  })
}

const stepLines = (step: Step, depth: number): readonly string[] => [
  `${'  '.repeat(depth)}${step.error === undefined ? '✓' : '✗'} ${oneLine(step.title)} (${formatDuration(step.duration)})`,
  ...(step.error === undefined ? [] : indent(step.error.trim()).map(line => `${'  '.repeat(depth)}${line}`)),
  ...(step.steps ?? []).flatMap(inner => stepLines(inner, depth + 1)),
]
