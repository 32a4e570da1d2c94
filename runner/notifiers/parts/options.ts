/** What every notifier takes, and how a notifier is made of it. */

import { z } from 'zod'
import { below, duration } from '../../config/options.ts'
import { isSecret } from '../../config/secret.ts'
import type { Problem } from '../../core/contracts.ts'
import type { Text } from '../../core/definitions.ts'
import type { Audience, Notifier, QuietHours } from '../../core/notifications.ts'

const severities = z.array(z.enum(['p0', 'p1', 'p2'])).min(1)
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as '22:00'")
const minutesOf = (text: string) => {
  const [hours, minutes] = text.split(':').map(Number)
  return hours! * 60 + minutes!
}

export const commonFields = {
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "expected small letters, digits and dashes, such as 'oncall'")
    .optional()
    .describe('Its name in metrics, on pages and for `vedette drill --channel`. Default: its kind.'),
  for: z
    .strictObject({
      severities: severities.optional().describe('Only incidents of these severities.'),
      owners: z.array(z.string()).min(1).optional().describe('Only incidents with these owners.'),
      systems: z.array(z.string()).min(1).optional().describe('Only incidents of these systems.'),
      occasions: z
        .array(z.enum(['changed', 'acknowledged']))
        .optional()
        .describe(
          "News in between that it is sent as well: 'changed' (checks join or recover), 'acknowledged'. The first message and the end are always sent.",
        ),
      unacknowledgedFor: duration
        .optional()
        .describe("Told only when nobody has acknowledged an incident for so long: '15m'."),
    })
    .optional()
    .describe(
      'What it is told of. Default: everything. Trouble of Vedette itself concerns all, whatever owners and systems.',
    ),
  quiet: z
    .strictObject({
      from: timeOfDay.describe("First time of day, such as '22:00'."),
      to: timeOfDay.describe("Time of day at which what waited is sent, such as '07:00'; it may lie on the next day."),
      timezone: z.string().optional().describe("Zone of both. Default: 'UTC'."),
      except: z
        .array(z.enum(['p0', 'p1', 'p2']))
        .optional()
        .describe("Severities that are sent all the same. Default: ['p0']."),
    })
    .optional()
    .describe('Hours in which messages wait. What ended before is not sent at all.'),
  remindEvery: duration
    .optional()
    .describe('Again and again while an incident is open and nobody has acknowledged it. Default: never.'),
}

const commonOptions = z.strictObject(commonFields)
type CommonOptions = z.output<typeof commonOptions>

/** What is a notifier's own. */
export interface Making
  extends Pick<Notifier, 'kind' | 'summary' | 'send'>,
    Partial<Pick<Notifier, 'single' | 'repeatEvery' | 'sendDeploy'>> {
  readonly options: CommonOptions
  /** What people get between the first message and the end, unless they say. */
  readonly occasions: NonNullable<Audience['occasions']>
  readonly texts: readonly (Text | undefined)[]
  readonly problems?: readonly Problem[]
}

export function makeNotifier({ options, occasions, texts, problems = [], ...own }: Making): Notifier {
  const { id = own.kind, quiet, remindEvery } = options
  const hours: QuietHours | undefined = quiet && {
    from: minutesOf(quiet.from),
    to: minutesOf(quiet.to),
    timezone: quiet.timezone ?? 'UTC',
    except: quiet.except ?? ['p0'],
  }
  return Object.freeze({
    ...own,
    id,
    audience: audienceOf(options.for, occasions),
    ...(hours === undefined ? {} : { quiet: hours }),
    ...(remindEvery === undefined ? {} : { remindEvery }),
    secrets: texts.filter(text => text !== undefined).filter(isSecret),
    problems: [...problems, ...quietProblems(hours)],
  })
}

/** In place of a notifier whose options are wrong: it only carries its problems, and is never asked. */
export function unusable(kind: string, given: unknown, problems: readonly Problem[]): Notifier {
  const id = (given as { readonly id?: unknown } | undefined)?.id
  return Object.freeze({
    id: typeof id === 'string' ? id : kind,
    kind,
    summary: kind,
    audience: {},
    secrets: [],
    problems,
    send: async () => ({ outcome: 'never' as const, trouble: 'its options are wrong' }),
  })
}

function audienceOf(given: CommonOptions['for'] = {}, occasions: NonNullable<Audience['occasions']>): Audience {
  const { severities, owners, systems, unacknowledgedFor } = given
  return {
    ...(severities === undefined ? {} : { severities }),
    ...(owners === undefined ? {} : { owners }),
    ...(systems === undefined ? {} : { systems }),
    ...(unacknowledgedFor === undefined ? {} : { unacknowledgedFor }),
    occasions: given.occasions ?? occasions,
  }
}

function quietProblems(quiet: QuietHours | undefined): readonly Problem[] {
  if (quiet === undefined) return []
  const problem = (name: string, message: string): Problem => ({ level: 'error', path: [name], message })
  return below(
    ['quiet'],
    [
      ...(quiet.from === quiet.to ? [problem('to', 'expected another time of day than `from`, found the same')] : []),
      ...(isTimezone(quiet.timezone)
        ? []
        : [problem('timezone', `expected a time zone such as 'Europe/London', found '${quiet.timezone}'`)]),
    ],
  )
}

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** The address of a service: text that is none is told when the configuration is read; a secret only when it is used. */
export function urlProblems(name: string, text: Text): readonly Problem[] {
  if (typeof text !== 'string' || /^https?:\/\/[^/]/.test(text)) return []
  return [
    { level: 'error', path: [name], message: `expected an address such as https://example.com/…, found '${text}'` },
  ]
}
