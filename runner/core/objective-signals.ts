/** What people are told of budgets that burn: only what changed. */

import type { Severity } from './contracts.ts'
import { formatDuration } from './duration.ts'
import type { Incident, Signal } from './incidents.ts'
import type { Burn, ObjectiveState, PartState } from './objectives.ts'

/** What was told last, by the id of the signal. None: that it is over. */
export type Told = ReadonlyMap<string, { readonly system: string; readonly severity: Severity | undefined }>

/** What an earlier process told, by the incidents that are still open. */
export const toldBefore = (open: readonly Incident[]): Told =>
  new Map(
    open
      .filter(({ cause, drill }) => cause === 'budget' && !drill)
      .flatMap(({ system, severity, affected }) =>
        affected
          .filter(({ until }) => until === undefined)
          .map(({ check: id }) => [`${system} ${id}`, { system, severity }] as const),
      ),
  )

export interface SystemNames {
  readonly title: string
  readonly owners: Readonly<Record<string, string>>
}

/** Signals for what changed since; at the first time each part says how it is, so that what ended meanwhile ends. */
export function objectiveSignals(
  states: readonly ObjectiveState[],
  told: Told,
  nameOf: (system: string) => SystemNames | undefined,
  now: number,
): { readonly signals: readonly Signal[]; readonly told: Told } {
  const items = states.filter(({ alerts }) => alerts).flatMap(state => state.parts.map(part => ({ state, part })))
  const next = new Map(
    items.map(({ state, part }) => [
      `${state.system} ${idOf(state, part)}`,
      { system: state.system, severity: part.firing },
    ]),
  )
  const changed = items.flatMap(({ state, part }): readonly Signal[] => {
    const before = told.get(`${state.system} ${idOf(state, part)}`)
    if (before !== undefined && before.severity === part.firing) return []
    const names = nameOf(state.system) ?? { title: state.system, owners: {} }
    return [signalOf(state, part, names, before?.severity, now)]
  })
  const gone = [...told].flatMap(([key, { system, severity }]): readonly Signal[] =>
    next.has(key) || severity === undefined
      ? []
      : [
          {
            id: key.slice(system.length + 1),
            system,
            cause: 'budget',
            severity,
            title: `${nameOf(system)?.title ?? system}: an objective burns its budget`,
            detail: 'it is promised no longer',
            firing: false,
            at: now,
          },
        ],
  )
  return { signals: [...changed, ...gone], told: next }
}

const idOf = ({ objective }: ObjectiveState, { part }: PartState) => `objective/${objective}/${part}`

function signalOf(
  state: ObjectiveState,
  part: PartState,
  { title, owners }: SystemNames,
  before: Severity | undefined,
  now: number,
): Signal {
  const severity = part.firing ?? before ?? 'p2'
  const owner = owners[severity]
  const what = part.burn.length > 0 ? 'burns its budget' : 'is not kept'
  return {
    id: idOf(state, part),
    system: state.system,
    cause: 'budget',
    severity,
    ...(owner === undefined ? {} : { owner }),
    title: `${title}: ${part.part} of ${state.requirement} ${what}`,
    detail: part.firing === undefined ? `it is over: ${standing(part)}` : detailOf(part),
    firing: part.firing !== undefined,
    at: now,
  }
}

function detailOf(part: PartState): string {
  const row = part.burn.find(burn => burn.firing && burn.severity === part.firing)
  return row === undefined ? standing(part) : `${burning(row)}; ${standing(part)}`
}

const burning = ({ window, short, rate, factor }: Burn) =>
  `expected a burn rate of at most ${figure(factor)} in ${window} and ${formatDuration(short)}, found ${rate === undefined ? 'no runs' : figure(rate)}`

function standing({ limit, value, budget, coverage }: PartState): string {
  const found = value === undefined ? 'nothing measured' : `found ${figure(value)}`
  const left = budget?.runs.total ? `, ${percent(budget.left)} of the budget left` : ''
  const seen = coverage === undefined ? '' : ` (coverage ${percent(coverage)})`
  return `promised ${limit}, ${found}${left}${seen}`
}

const figure = (value: number) => String(Number(value.toPrecision(4)))
const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`
