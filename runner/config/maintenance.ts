import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import type { Maintenance } from '../core/maintenance.ts'
import { scheduleProblems } from './check.ts'
import { below, duration, named, nameOf, parseOptions, show } from './options.ts'

const moment = z.iso.datetime({
  offset: true,
  error: issue => `expected a moment with its zone such as '2026-12-24T22:00:00+01:00', found ${show(issue.input)}`,
})

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export const maintenanceOptions = z.strictObject({
  selection: z
    .array(z.string())
    .min(1)
    .describe("What it is about: `system`, `system/check`, `@tag`; `['*']` for everything."),
  from: moment.optional().describe("Begins once: '2026-12-24T22:00:00Z'. Together with `to`."),
  to: moment.optional().describe('Ends.'),
  weekly: z
    .string()
    .regex(
      /^(sun|mon|tue|wed|thu|fri|sat) ([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
      "expected a day and times such as 'sun 02:00-04:00'",
    )
    .optional()
    .describe(
      "Every week: 'sun 02:00-04:00'; an end before the beginning is on the next day. It ends by the clock, also in nights in which clocks are changed.",
    ),
  cron: z.string().optional().describe('Begins by a calendar with five fields. Together with `duration`.'),
  duration: duration.optional().describe('How long it lasts, by the calendar.'),
  timezone: z.string().optional().describe("Time zone of `weekly` and `cron`. Default: 'UTC'."),
})

/** Options of `maintenance`. */
export type MaintenanceOptions = z.input<typeof maintenanceOptions>

/** A window, with what is wrong about it. */
export type MaintenancePart = Maintenance & { readonly problems: readonly Problem[] }

/**
 * A time in which trouble is expected: runs go on and are recorded, nobody is told, and no objective counts them. `title` names it on
 * pages, and what it is known by is made of it, so that no two may have the same. It is one of: `from` with `to`, `weekly`, or `cron` with
 * `duration`.
 *
 * @example maintenance('Database upgrade', { selection: ['cod-admin'], weekly: 'sun 02:00-04:00', timezone: 'Europe/Berlin' })
 */
export function maintenance(title: string, given: MaintenanceOptions): MaintenancePart {
  const at = [named('maintenance', title)]
  const name = nameOf(title)
  const { options, problems } = parseOptions(at, maintenanceOptions, given)
  const when = problems.length === 0 ? whenOf(options) : { from: 0, to: 0 }
  const wrong = 'wrong' in when ? [when.wrong] : []
  return Object.freeze({
    id: name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
    title: name,
    selection: Object.freeze([...(options.selection ?? [])]),
    when: 'wrong' in when ? { from: 0, to: 0 } : when,
    problems: [
      ...below(at, titleProblems(title)),
      ...problems,
      ...below(
        at,
        wrong.map(message => ({ level: 'error', path: [], message })),
      ),
      ...('cron' in when ? below(at, scheduleProblems(when.cron, when.timezone)) : []),
    ],
  })
}

const titleProblems = (title: unknown): readonly Problem[] =>
  nameOf(title).trim() === ''
    ? [{ level: 'error', path: [], message: `expected a title such as 'Database upgrade', found ${show(title)}` }]
    : []

function whenOf(options: z.output<typeof maintenanceOptions>): Maintenance['when'] | { readonly wrong: string } {
  const { from, to, weekly, cron, duration: lasts, timezone = 'UTC' } = options
  const ways = [from ?? to, weekly, cron].filter(way => way !== undefined).length
  if (ways !== 1) {
    return {
      wrong: `expected one of \`from\` with \`to\`, \`weekly\`, or \`cron\` with \`duration\`, found ${ways === 0 ? 'none' : 'several'}`,
    }
  }
  if (weekly !== undefined) return weeklyOf(weekly, timezone)
  if (cron !== undefined) {
    return lasts === undefined
      ? { wrong: 'expected `duration` beside `cron`, found none' }
      : { cron, timezone, duration: lasts }
  }
  if (from === undefined || to === undefined) return { wrong: 'expected both `from` and `to`, found one of them' }
  const span = { from: Date.parse(from), to: Date.parse(to) }
  return span.from < span.to ? span : { wrong: `expected \`to\` after \`from\`, found ${to}` }
}

function weeklyOf(text: string, timezone: string): Maintenance['when'] {
  const [day, times] = text.split(' ') as [string, string]
  const [begin, end] = times.split('-').map(time => {
    const [hours, minutes] = time.split(':').map(Number)
    return hours! * 60 + minutes!
  }) as [number, number]
  const minutes = end > begin ? end - begin : end - begin + 24 * 60
  return {
    cron: `${begin % 60} ${Math.floor(begin / 60)} * * ${days.indexOf(day)}`,
    timezone,
    duration: minutes * 60_000,
    endsAt: end,
  }
}
