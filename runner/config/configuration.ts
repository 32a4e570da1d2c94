import { z } from 'zod'
import type { Configuration, System } from '../core/definitions.ts'
import { duration, parseOptions } from './options.ts'

const size = z.union([
  z.number().int().min(1),
  z.string().regex(/^\d+(?:\.\d+)?(?:kB|MB|GB)$/, "expected a size such as '500MB'"),
])

export const configurationOptions = z.strictObject({
  systems: z
    .array(
      z.custom<System>(value => typeof value === 'object' && value !== null && 'checks' in value, {
        message: 'expected a value of defineSystem',
      }),
    )
    .describe('What is watched: values of `defineSystem`.'),
  location: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'expected small letters, digits and dashes')
    .optional()
    .describe("The place this runner runs from. Default: 'local'."),
  environment: z.string().optional().describe("Where the systems run. Default: 'local'; `--env` overrides."),
  server: z
    .strictObject({
      host: z.string().optional().describe("Address to listen on. Default: '127.0.0.1'."),
      port: z.int().min(0).max(65_535).optional().describe('Default: 9464. 0 takes any free one.'),
    })
    .optional()
    .describe('Pages, API and metrics.'),
  retention: z
    .strictObject({
      raw: duration.optional().describe("How long single results are kept. Default: '7d'."),
      hours: duration.optional().describe("How long hour roll-ups are kept. Default: '400d'."),
      bytes: size.optional().describe("Size of the store above which the oldest raw results go. Default: '2GB'."),
      artifacts: size.optional().describe("Size of screenshots and traces above which the oldest go. Default: '1GB'."),
    })
    .optional()
    .describe('What is kept, and how long.'),
  concurrency: z
    .strictObject({
      probes: z.int().min(1).max(1_000).optional().describe('Probes at a time. Default: 64.'),
      journeys: z.int().min(1).max(64).optional().describe('Playwright invocations at a time. Default: 1.'),
    })
    .optional()
    .describe('Runs at a time.'),
})

/** Options of `defineConfig`. */
export type ConfigurationOptions = z.input<typeof configurationOptions>

const day = 86_400_000

/** What `vedette.config.ts` exports: the systems, and how this process watches them. */
export function defineConfig(given: ConfigurationOptions): Configuration {
  const { options, problems } = parseOptions([], configurationOptions, given)
  const systems = options.systems ?? []
  const ids = systems.map(system => system.id)
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
  return Object.freeze({
    systems,
    location: options.location ?? 'local',
    environment: options.environment ?? 'local',
    server: { host: options.server?.host ?? '127.0.0.1', port: options.server?.port ?? 9464 },
    retention: {
      rawDays: (options.retention?.raw ?? 7 * day) / day,
      hourDays: (options.retention?.hours ?? 400 * day) / day,
      bytes: bytes(options.retention?.bytes ?? '2GB'),
      artifactBytes: bytes(options.retention?.artifacts ?? '1GB'),
    },
    concurrency: { probes: options.concurrency?.probes ?? 64, journeys: options.concurrency?.journeys ?? 1 },
    problems: [
      ...problems,
      ...twice.map(id => ({
        level: 'error' as const,
        path: [`system ${id}`],
        message: `expected each system once, found '${id}' twice`,
      })),
      ...systems.flatMap(system => system.problems ?? []),
    ],
  })
}

function bytes(value: number | string): number {
  if (typeof value === 'number') return value
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(kB|MB|GB)$/.exec(value) ?? []
  return Math.round(Number(figure) * { kB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'kB' | 'MB' | 'GB'])
}
