/** What a test says about itself as a check: its id and the settings in its annotations. Pure. */

import type { Schedule, Severity } from '../core/contracts.ts'
import type { JourneyCheck, JourneySource } from '../core/definitions.ts'
import { parseDuration } from '../core/duration.ts'
import { nearest } from '../core/nearest.ts'

/** Small letters, digits and dashes. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')

type Annotations = readonly { readonly type: string; readonly description?: string }[]

/** The stable name of a test: file stem / slug of its titles, `@project` when there are several; or what `vedette-id` says. */
export function idOf(
  test: { readonly stem: string; readonly titles: readonly string[]; readonly annotations: Annotations },
  project: string | undefined,
): string {
  const fixed = test.annotations.find(({ type }) => type === 'vedette-id')?.description?.trim()
  const titles = slug(test.titles.join(' ').replace(/(^|\s)@[\w-]+/g, ' '))
  const id = fixed || [...test.stem.split('/').map(slug), titles].filter(Boolean).join('/')
  return project === undefined || slug(project) === '' ? id : `${id}@${slug(project)}`
}

export type Settings = Partial<
  Pick<JourneyCheck, 'schedule' | 'timeout' | 'retry' | 'policy' | 'severity' | 'owner' | 'smoke' | 'title'>
>

const keys = ['every', 'cron', 'timezone', 'timeout', 'retries', 'failures', 'successes', 'severity', 'owner', 'smoke']
const severities: readonly string[] = ['p0', 'p1', 'p2']

/** Reads `every=1m timeout=40s owner=p0`. What cannot be read comes back as sentences. `cron="0 9 * * 1"` takes quotes. */
export function readSettings(
  annotations: Annotations,
  source: Pick<JourneySource, 'retry' | 'policy'>,
): { readonly settings: Settings; readonly problems: readonly string[] } {
  const problems: string[] = []
  const pairs = annotations
    .filter(({ type }) => type === 'vedette')
    .flatMap(({ description = '' }) => [...description.matchAll(/([^\s=]+)(?:=("[^"]*"|\S*))?/g)])
    .map(([, key, value]) => [key!, value?.replace(/^"|"$/g, '')] as const)
  const given = new Map<string, string>()
  for (const [key, value] of pairs) {
    if (!keys.includes(key)) {
      const close = nearest(key, keys)
      problems.push(
        `expected one of the settings ${keys.join(', ')}, found '${key}'${close ? `; did you mean '${close}'?` : ''}`,
      )
    } else if (value === undefined || value === '') problems.push(`expected a value as in '${key}=…', found none`)
    else given.set(key, value)
  }
  const time = (key: string) =>
    read(given.get(key), text => parseDuration(text), `'${key}' to be a duration such as '30s'`)
  const count = (key: string, least: number) =>
    read(
      given.get(key),
      text => (/^\d+$/.test(text) && Number(text) >= least ? Number(text) : undefined),
      `'${key}' to be a whole number from ${least}`,
    )
  const read = <T>(text: string | undefined, parse: (text: string) => T | undefined, wanted: string): T | undefined => {
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) problems.push(`expected ${wanted}, found '${text}'`)
    return value
  }
  const every = time('every')
  const cron = given.get('cron')
  const schedule: Schedule | undefined =
    cron === undefined
      ? every === undefined
        ? undefined
        : { every }
      : { cron, timezone: given.get('timezone') ?? 'UTC' }
  const timeout = time('timeout')
  const retries = count('retries', 0)
  const failures = count('failures', 1)
  const successes = count('successes', 1)
  const smoke = read(given.get('smoke'), text => ({ true: true, false: false })[text], `'smoke' to be true or false`)
  const asSeverity = (text: string) => (severities.includes(text) ? (text as Severity) : undefined)
  // `owner=p0` means whoever owns that severity.
  const owner = given.get('owner')
  const severity =
    read(given.get('severity'), asSeverity, `'severity' to be p0, p1 or p2`) ?? (owner && asSeverity(owner))
  return {
    settings: {
      ...(schedule === undefined ? {} : { schedule }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(retries === undefined ? {} : { retry: { ...source.retry, attempts: retries } }),
      ...(failures === undefined && successes === undefined
        ? {}
        : {
            policy: {
              failures: failures ?? source.policy.failures,
              successes: successes ?? source.policy.successes,
            },
          }),
      ...(severity ? { severity } : {}),
      ...(owner === undefined || asSeverity(owner) ? {} : { owner }),
      ...(smoke === undefined ? {} : { smoke }),
    },
    problems,
  }
}

/** Tags that name requirements of the system are what the test covers; all others are words to select by. */
export function readTags(
  tags: readonly string[],
  requirementIds: readonly string[],
): { readonly covers: readonly string[]; readonly tags: readonly string[]; readonly problems: readonly string[] } {
  const prefixes = new Set(requirementIds.map(id => id.replace(/[^-]*$/, '')).filter(Boolean))
  const names = [...new Set(tags.map(tag => tag.replace(/^@/, '')))]
  const meant = names.filter(name => prefixes.has(name.replace(/[^-]*$/, '')))
  return {
    covers: meant,
    tags: names.filter(name => !meant.includes(name)),
    problems: meant
      .filter(name => !requirementIds.includes(name))
      .map(name => {
        const close = nearest(name, requirementIds)
        return `expected the id of a requirement of this system, found '@${name}'${close ? `; did you mean '${close}'?` : ''}`
      }),
  }
}
