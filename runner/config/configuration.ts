import { isIP } from 'node:net'
import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import type { AlarmSettings, Configuration, System } from '../core/definitions.ts'
import type { Maintenance } from '../core/maintenance.ts'
import type { Notifier } from '../core/notifications.ts'
import { alarmProblems } from './alarm-problems.ts'
import { unheardTeams } from './escalation.ts'
import { objectivesIn } from './objectives-in.ts'
import { below, duration, parseOptions, repeated } from './options.ts'
import { text } from './secret.ts'

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const size = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  return size > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= size))
}

/** Names of locations are labels and parts of addresses. */
export const locationName: RegExp = /^[a-z0-9][a-z0-9-]*$/

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
    .regex(locationName, 'expected small letters, digits and dashes')
    .optional()
    .describe("The place this runner runs from. Default: 'local'."),
  environment: z.string().optional().describe("Where the systems run. Default: 'local'; `--env` overrides."),
  server: z
    .strictObject({
      host: z
        .string()
        .min(1, "expected an address such as '127.0.0.1'")
        .optional()
        .describe("Address to listen on. Default: '127.0.0.1'."),
      port: z.int().min(0).max(65_535).optional().describe('Default: 9464. 0 takes any free one.'),
      signIn: z
        .boolean()
        .optional()
        .describe(
          'Whether reading needs a sign-in as well (`vedette people`, `vedette tokens`); what changes something always does. The status page, its feed and badges, heartbeats and /health stay open. Default: false.',
        ),
      proxies: z
        .array(z.string().refine(isNetwork, "expected an address or a network such as '10.0.0.0/8'"))
        .optional()
        .describe(
          'Reverse proxies whose X-Forwarded-For is believed when tries to sign in are counted. Default: those on this machine.',
        ),
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
  locations: z
    .array(z.string())
    .optional()
    .describe(
      'Places from which the systems are watched: a majority of these must see a check down; one that has told nothing for three intervals of the check does not count. Default: this one alone.',
    ),
  notifiers: z
    .array(
      z.custom<Notifier>(value => typeof value === 'object' && value !== null && 'send' in value, {
        // What stands there may hold an address that nobody should see.
        message: "expected a notifier such as slack({ url: secret({ env: 'SLACK_URL' }) }), found something else",
      }),
    )
    .optional()
    .describe('Who is told: values such as `slack({ … })`.'),
  maintenance: z
    .array(
      z.custom<Maintenance>(value => typeof value === 'object' && value !== null && 'when' in value, {
        message: 'expected a value of maintenance',
      }),
    )
    .optional()
    .describe('Times in which trouble is expected: values of `maintenance`.'),
  alarms: z
    .strictObject({
      group: duration
        .optional()
        .describe(
          "Messages wait so long for others that belong to them; the worst (p0) a second. Whoever was told less than 30 seconds ago hears the next when these are over; the worst waits so for others of the worst alone. Default: '3s'.",
        ),
      flapping: z
        .strictObject({
          changes: z.int().min(2).max(100).describe('More changes of health than this …'),
          within: duration.describe('… within this time.'),
        })
        .optional()
        .describe("What counts as flapping: one incident, until it was calm as long. Default: 4 within '30m'."),
      deadMansSwitch: z
        .strictObject({
          url: text.describe('Address that is asked (GET).'),
          every: duration.optional().describe("How often at most. Default: '1m'."),
        })
        .optional()
        .describe('Asked after each full healthy loop, so that somebody else notices when Vedette stops.'),
      drillAt: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as '09:00'")
        .optional()
        .describe('Time (UTC) of a daily drill through all notifiers. Default: none.'),
    })
    .optional()
    .describe('How alarms behave.'),
  status: z
    .strictObject({ title: z.string().describe('Title of the page.') })
    .optional()
    .describe('The public status page, with what each system shows of itself. Default: none.'),
  guard: z
    .strictObject({
      references: z
        .array(
          z
            .string()
            .regex(
              /^tcp:\/\/(\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\]):\d+$/,
              "expected an address such as 'tcp://192.0.2.1:443': without a name, because a reference must not need the resolver",
            ),
        )
        .max(5)
        .optional()
        .describe(
          'Addresses that accept connections as long as the link of this machine works, best two that have nothing in common: when none does any more, failures are our own. Default: none; the link is judged by what the kernel tells.',
        ),
    })
    .optional()
    .describe('How our own trouble is told from trouble of the targets.'),
  publicUrl: z
    .url()
    .optional()
    .describe('Where people reach these pages, for links in messages: https://vedette.example.com.'),
  concurrency: z
    .strictObject({
      probes: z
        .int()
        .min(1)
        .max(1_000)
        .optional()
        .describe(
          'Probes at a time. One that has waited for 2s gives its place to the next, until there are 8 times as many. Default: 64.',
        ),
      journeys: z.int().min(1).max(64).optional().describe('Playwright invocations at a time. Default: 1.'),
    })
    .optional()
    .describe('Runs at a time.'),
})

/** Options of `defineConfig`. */
export type ConfigurationOptions = z.input<typeof configurationOptions>

const day = 86_400_000

/**
 * What `vedette.config.ts` exports as its default: the systems, and how this process watches them. The problems of all parts are among its
 * own.
 *
 * @example export default defineConfig({ systems: [shop], notifiers: [slack({ url: secret({ env: 'SLACK_URL' }) })] })
 */
export function defineConfig(given: ConfigurationOptions): Configuration {
  const { options, problems } = parseOptions([], configurationOptions, given)
  const systems = options.systems ?? []
  const twice = repeated(systems.map(system => system.id))
  const places = options.locations ?? [options.location ?? 'local']
  const rawDays = (options.retention?.raw ?? 7 * day) / day
  return Object.freeze({
    systems,
    location: options.location ?? 'local',
    environment: options.environment ?? 'local',
    server: {
      host: options.server?.host ?? '127.0.0.1',
      port: options.server?.port ?? 9464,
      signIn: options.server?.signIn ?? false,
      proxies: options.server?.proxies ?? [],
    },
    retention: {
      rawDays,
      hourDays: (options.retention?.hours ?? 400 * day) / day,
      bytes: bytes(options.retention?.bytes ?? '2GB'),
      artifactBytes: bytes(options.retention?.artifacts ?? '1GB'),
    },
    locations: places,
    notifiers: Array.isArray(options.notifiers) ? options.notifiers : [],
    maintenance: Array.isArray(options.maintenance) ? options.maintenance : [],
    alarms: alarmSettings(options.alarms),
    guard: { references: options.guard?.references ?? [] },
    ...(options.status === undefined ? {} : { status: options.status }),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl.replace(/\/+$/, '') }),
    concurrency: { probes: options.concurrency?.probes ?? 64, journeys: options.concurrency?.journeys ?? 1 },
    problems: [
      ...problems,
      ...twice.map(id => ({
        level: 'error' as const,
        path: [`system ${id}`],
        message: `expected each system once, found '${id}' twice`,
      })),
      ...systems.flatMap(system => system.problems ?? []),
      ...systems.flatMap(system => objectivesIn(system, { locations: places, rawDays })),
      ...placeProblems(options.location ?? 'local', places),
      ...notifierProblems(options.notifiers),
      ...maintenanceProblems(options.maintenance),
      ...systems.flatMap(system => unheardTeams(system, Array.isArray(options.notifiers) ? options.notifiers : [])),
      ...alarmProblems(systems, Array.isArray(options.maintenance) ? options.maintenance : []),
    ],
  })
}

function alarmSettings(given: z.output<typeof configurationOptions>['alarms']): AlarmSettings {
  const { group = 3_000, flapping = { changes: 4, within: 1_800_000 }, deadMansSwitch, drillAt } = given ?? {}
  return {
    group,
    flapping,
    ...(deadMansSwitch === undefined
      ? {}
      : { deadMansSwitch: { url: deadMansSwitch.url, every: deadMansSwitch.every ?? 60_000 } }),
    ...(drillAt === undefined ? {} : { drillAt }),
  }
}

/** A process watches from one place; what it cannot be is told before it alarms nobody. */
function placeProblems(own: string, places: readonly string[]): readonly Problem[] {
  if (!places.includes(own)) {
    return [
      {
        level: 'error',
        path: ['locations'],
        message: `expected the place of this process among them, found '${own}' missing in ${listed(places)}; add it, or set \`location\` to one of them`,
      },
    ]
  }
  const others = [...new Set(places)].filter(place => place !== own)
  if (others.length === 0) return []
  return [
    {
      level: 'warning',
      path: ['locations'],
      message: `expected runs from all of them, found that this process runs from '${own}' alone: incidents open later, because ${listed(others)} ${others.length === 1 ? 'is' : 'are'} waited for during three intervals of a check after each start; leave \`locations\` out, or watch from there as well`,
    },
  ]
}

const listed = (places: readonly string[]) => places.map(place => `'${place}'`).join(', ')

function maintenanceProblems(given: unknown): readonly Problem[] {
  const windows = (Array.isArray(given) ? given : []) as readonly (Maintenance & {
    readonly problems?: readonly Problem[]
  })[]
  const twice = repeated(windows.map(({ id }) => id))
  return [
    ...twice.map(id => ({
      level: 'error' as const,
      path: [`maintenance ${id}`],
      message: 'expected a title of its own for each window, found it twice',
    })),
    ...windows.flatMap(({ problems = [] }) => problems),
  ]
}

function notifierProblems(given: unknown): readonly Problem[] {
  const notifiers = (Array.isArray(given) ? given : []) as readonly Notifier[]
  const twice = repeated(notifiers.map(({ id }) => id))
  return [
    ...twice.map(id => ({
      level: 'error' as const,
      path: [`notifier ${id}`],
      message: `expected each notifier once, found '${id}' twice; give them an \`id\``,
    })),
    ...notifiers.flatMap(({ id, problems }) => below([`notifier ${id}`], problems)),
  ]
}

function bytes(value: number | string): number {
  if (typeof value === 'number') return value
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(kB|MB|GB)$/.exec(value) ?? []
  return Math.round(Number(figure) * { kB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'kB' | 'MB' | 'GB'])
}
