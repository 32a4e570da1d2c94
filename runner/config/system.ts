import { resolve } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import type { Address, Check, Objective, RevisionSource, System } from '../core/definitions.ts'
import { describeContradiction, escalated, rulesFor } from '../core/escalation.ts'
import { findLimit, type Requirement, verifications } from '../core/requirements.ts'
import { idProblems } from './check.ts'
import { escalationProblems, escalationRule, ruleOf } from './escalation.ts'
import { withAge } from './heartbeat.ts'
import type { LoadPart } from './load.ts'
import { below, didYouMean, named, nameOf, parseOptions, repeated, show } from './options.ts'
import { ownLimitProblems } from './own-limits.ts'
import type { JourneysPart } from './playwright.ts'
import { repeatedThresholds } from './repeated-thresholds.ts'

const address = z.union([
  z.string(),
  z.strictObject({
    env: z.string().optional().describe('Variable that overrides the address.'),
    environments: z.record(z.string(), z.string()).describe('Address per environment.'),
  }),
])

const figure = z.union([z.number(), z.string()])
const threshold = z.union([
  z.strictObject({ stages: z.array(z.string()) }),
  z.strictObject({ as: z.string() }),
  z.strictObject({
    metric: z.string(),
    stat: z.enum(['avg', 'p75', 'p95', 'max']).optional(),
    scope: z.string().optional(),
    window: z.string().optional(),
    lt: figure.optional(),
    lte: figure.optional(),
    gt: figure.optional(),
    gte: figure.optional(),
    eq: figure.optional(),
  }),
])

const requirement = z.strictObject({
  id: z.string(),
  need: z.string(),
  verify: z.enum(verifications),
  threshold: z.array(threshold).optional(),
  assumed: z.union([z.literal(true), z.array(z.string())]).optional(),
  broken: z.string(),
  source: z.string(),
})

export const systemOptions = z.strictObject({
  title: z.string().optional().describe('A name for people. Default: the id.'),
  url: z
    .union([z.string(), z.record(z.string(), address)])
    .optional()
    .describe(
      'One address (`web`), or a map of addresses by name: text, or `{ env, environments }`. Default: none, for a system that is never called, such as one of heartbeats.',
    ),
  revision: z
    .strictObject({
      header: z.string().optional().describe("Header that carries it. Default: 'x-revision'."),
      path: z.string().optional().describe("Path asked. Default: '/version'."),
      json: z.string().optional().describe("JSON path in the body, when the header is missing. Default: 'revision'."),
      origins: z
        .array(z.string())
        .optional()
        .describe("Addresses that must all carry it. Default: ['web'], where the system has addresses."),
    })
    .optional()
    .describe('Where the live revision is read.'),
  owners: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Who is told, by severity (p0, p1, p2), or by cause (unreachable, wrong, slow, silent), which goes before the owner of a check.',
    ),
  escalation: z
    .array(escalationRule)
    .optional()
    .describe(
      "Who is told of what: the first rule that fits holds, and goes before `owners`. Checks take severity and owner from it, trouble of different teams and severities is told in incidents of its own, and an objective on `misrouted_incidents` counts what went elsewhere: to no notifier that is the team's alone, at another severity, or too late.",
    ),
  requirements: z.array(requirement).optional().describe('The promises, usually from requirements.ts.'),
  dependsOn: z.array(z.string()).optional().describe('Systems whose trouble explains trouble of this one.'),
  runbook: z.url().optional().describe('Address of what to do about trouble; checks may have their own.'),
  status: z
    .strictObject({
      title: z.string().optional().describe('Name on the public page. Default: the title.'),
      parts: z
        .record(z.string(), z.array(z.string()))
        .describe("Parts by name, each a selection of checks: `{ Checkout: ['checkout', '@orders'] }`."),
    })
    .optional()
    .describe('What the public status page shows of it. Default: nothing.'),
  objectives: z
    .array(z.custom<Objective>(isObjective, { message: "expected a value such as objective('availability', { … })" }))
    .optional()
    .describe('Objectives made by `objective`.'),
  checks: z
    .array(
      z.custom<Check | JourneysPart | LoadPart>(isPart, {
        message: 'expected a value of check, heartbeat, playwright or load',
      }),
    )
    .describe('Values of `check`, `heartbeat`, `playwright` and `load`.'),
})

function isPart(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['probe', 'journeysAt', 'loadAt'].some(name => Object.hasOwn(value, name))
  )
}

/** Options of `defineSystem`. */
export type SystemOptions = Omit<z.input<typeof systemOptions>, 'requirements' | 'checks'> & {
  readonly requirements?: readonly Requirement[]
  readonly checks: readonly (Check | JourneysPart | LoadPart)[]
}

/**
 * What is watched as a whole. `id` (small letters, digits, dashes) names it in selections, addresses, metrics and history. Paths are
 * relative to `folder` (`import.meta.dirname`); without it, to the folder of the configuration.
 *
 * @example defineSystem('shop', { url: 'https://shop.example.com', checks: [check('home', { probe: http('/') })] })
 */
export function defineSystem(id: string, options: SystemOptions): System
export function defineSystem(id: string, folder: string, options: SystemOptions): System
export function defineSystem(id: string, ...rest: [SystemOptions] | [string, SystemOptions]): System {
  const [place, given] = rest.length === 2 ? rest : ['', rest[0]]
  const folder = typeof place === 'string' ? place : ''
  const at = [named('system', id)]
  const { options, problems } = parseOptions(at, systemOptions, given)
  const parts = options.checks ?? []
  const requirements = (options.requirements ?? []) as readonly Requirement[]
  const dated = parts.filter((part): part is Check => 'probe' in part).map(part => withAge(part, requirements))
  const escalation = (options.escalation ?? []).map(ruleOf)
  const rated = dated.map(({ check }) => escalated(check, rulesFor({ id: nameOf(id), escalation }, check)))
  const checks = rated.map(({ check }) => Object.freeze(check))
  const journeys = parts
    .filter((part): part is JourneysPart => 'journeysAt' in part)
    .map(part => part.journeysAt(folder))
  const load = parts.filter((part): part is LoadPart => 'loadAt' in part).map(part => part.loadAt(folder))
  const url = addresses(options.url)
  const system = {
    id: nameOf(id),
    folder,
    title: options.title ?? nameOf(id),
    url,
    revision: revisionSource(options.revision, url),
    owners: options.owners ?? {},
    escalation,
    dependsOn: Object.freeze([...(options.dependsOn ?? [])]),
    ...(options.runbook === undefined ? {} : { runbook: options.runbook }),
    ...(options.status === undefined
      ? {}
      : { status: { title: options.status.title ?? options.title ?? nameOf(id), parts: options.status.parts } }),
    requirements,
    objectives: Array.isArray(options.objectives) ? options.objectives.filter(isObjective) : [],
    checks,
    journeys,
    load,
  }
  return Object.freeze({
    ...system,
    problems: [
      ...below(at, idProblems('an id', id)),
      ...(folder === place ? [] : [wrong(at, `expected a folder such as import.meta.dirname, found ${show(place)}`)]),
      ...problems,
      ...below(at, references(system)),
      ...dated.flatMap(item => below(at, item.problems)),
      ...rated.flatMap(({ check, contradictions }) =>
        contradictions.map(contradiction => ({
          level: 'warning' as const,
          path: [...at, `check ${check.id}`, contradiction.option],
          message: describeContradiction(contradiction),
        })),
      ),
      ...[...checks, ...journeys, ...load, ...system.objectives].flatMap(part => below(at, part.problems)),
    ],
  })
}

const wrong = (path: readonly string[], message: string): Problem => ({ level: 'error', path, message })

function addresses(given: z.output<typeof systemOptions>['url'] | undefined): Readonly<Record<string, Address>> {
  const map = typeof given === 'string' ? { web: given } : (given ?? {})
  const one = (value: z.output<typeof address>): Address =>
    typeof value === 'string'
      ? { environments: { '*': value } }
      : { ...(value.env === undefined ? {} : { env: value.env }), environments: value.environments }
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, one(value)]))
}

function revisionSource(
  given: z.output<typeof systemOptions>['revision'],
  url: Readonly<Record<string, Address>>,
): RevisionSource {
  return {
    header: given?.header ?? 'x-revision',
    path: given?.path ?? '/version',
    json: given?.json ?? 'revision',
    origins: given?.origins ?? (Object.keys(url).length === 0 ? [] : ['web']),
  }
}

function isObjective(value: unknown): value is Objective {
  return typeof value === 'object' && value !== null && 'from' in value && 'period' in value
}

/** Names that must exist elsewhere in the same system: requirement ids, limits, addresses, and ids that must be unique. */
function references(system: Omit<System, 'problems'>): readonly Problem[] {
  const ids = system.requirements.map(entry => entry.id)
  const names = Object.keys(system.url)
  const unknownRequirement = (path: readonly string[], id: string) =>
    wrong(path, `expected the id of a requirement of this system, found '${id}'${didYouMean(id, ids)}`)
  return [
    ...repeated(ids).map(id => wrong(['requirements'], `expected each id once, found '${id}' twice`)),
    ...repeated(system.checks.map(check => check.id)).map(id =>
      wrong([`check ${id}`], `expected each id once, found '${id}' twice`),
    ),
    ...system.requirements.flatMap(entry =>
      (entry.threshold ?? []).flatMap(item =>
        'as' in item && !ids.includes(item.as)
          ? [unknownRequirement([`requirement ${entry.id}`, 'threshold'], item.as)]
          : [],
      ),
    ),
    ...system.objectives.flatMap(objective =>
      typeof objective.from !== 'string' || ids.includes(objective.from)
        ? []
        : [unknownRequirement([`objective ${objective.id}`, 'from'], objective.from)],
    ),
    ...system.revision.origins.flatMap(name =>
      names.includes(name) ? [] : [unknownAddress(['revision', 'origins'], name, names)],
    ),
    ...system.checks.flatMap(check => [
      ...check.covers
        .filter(id => !ids.includes(id))
        .map(id => unknownRequirement([`check ${check.id}`, 'covers'], id)),
      ...(check.probe?.limits ?? []).flatMap(ref => {
        const found = findLimit(system.requirements, ref)
        return typeof found === 'string'
          ? [wrong([`check ${check.id}`, 'probe'], `limit('${ref.requirement}'): ${found}`)]
          : []
      }),
      ...(check.probe?.origins ?? []).flatMap(name =>
        names.includes(name) ? [] : [unknownAddress([`check ${check.id}`, 'probe'], name, names)],
      ),
    ]),
    ...system.checks.flatMap(check => ownLimitProblems(system.requirements, check)),
    ...repeatedThresholds(system),
    ...escalationProblems(system),
  ]
}

const unknownAddress = (path: readonly string[], name: string, names: readonly string[]) =>
  wrong(
    path,
    names.length === 0
      ? `expected the system to have the address '${name}', found no \`url\`; say where it is: url: 'https://…'`
      : `expected an address of the system (${names.join(', ')}), found '${name}'${didYouMean(name, names)}`,
  )

/** A system that was defined without a folder takes the configuration's. */
export const inFolder = (system: System, folder: string): System =>
  system.folder !== ''
    ? system
    : Object.freeze({
        ...system,
        folder,
        journeys: system.journeys.map(source => ({
          ...source,
          dir: resolve(folder, source.dir),
          ...(source.config === undefined ? {} : { config: resolve(folder, source.config) }),
        })),
        load: system.load.map(part => ({ ...part, script: resolve(folder, part.script) })),
      })
