import type { Problem } from '../core/contracts.ts'
import type { Figure, LoadProfile, System } from '../core/definitions.ts'
import { comparisonOf, isLimit, isLoadShape, type Requirement } from '../core/requirements.ts'

type Parts = Pick<System, 'requirements' | 'checks' | 'load'>

/** A threshold that stands in the requirements and, as a figure, in a check or a load run: one of the two will be forgotten one day. */
export function repeatedThresholds({ requirements, checks, load }: Parts): readonly Problem[] {
  return [
    ...checks.flatMap(check =>
      (check.probe?.figures ?? []).flatMap(figure => {
        const id = ownerOf(requirements, figure)
        return id === undefined
          ? []
          : [repeated([`check ${check.id}`, 'probe'], `${figure.metric} ${figure.value}`, id, `limit('${id}')`)]
      }),
    ),
    ...load.flatMap(part =>
      Object.entries(part.profiles).flatMap(([name, profile]) =>
        inProfile(requirements, profile).map(([what, id]) =>
          repeated([`load ${part.id}`, 'profiles', name], what, id, `from: '${id}'`),
        ),
      ),
    ),
  ]
}

const repeated = (path: readonly string[], what: string, id: string, instead: string): Problem => ({
  level: 'warning',
  path,
  message: `expected each threshold once, found ${what} here and in ${id}; write ${instead}`,
})

/** The requirement that has this very figure. */
const ownerOf = (requirements: readonly Requirement[], { metric, value }: Figure): string | undefined =>
  requirements.find(({ threshold = [] }) =>
    threshold.some(item => isLimit(item) && item.metric === metric && comparisonOf(item).value === value),
  )?.id

/** What k6 calls them. */
const k6Metrics: Readonly<Record<string, string>> = {
  http_req_duration: 'http_req_duration_ms',
  http_req_failed: 'error_rate',
}

function inProfile(
  requirements: readonly Requirement[],
  { stages, thresholds = {} }: LoadProfile,
): readonly (readonly [what: string, id: string])[] {
  const shape = requirements.find(({ threshold = [] }) =>
    threshold.some(item => isLoadShape(item) && item.stages.join() === stages?.join()),
  )
  const limits = Object.entries(thresholds).flatMap(([name, expressions]) =>
    expressions.flatMap(expression => {
      const metric = k6Metrics[name.replace(/\{.*$/, '')]
      const value = Number(/[<>=]=?\s*([\d.]+)\s*$/.exec(expression)?.[1] ?? Number.NaN)
      const id = metric === undefined ? undefined : ownerOf(requirements, { metric, value })
      return id === undefined ? [] : [[`${name} ${expression}`, id] as const]
    }),
  )
  return [...(shape ? [[`the stages ${stages!.join(' ')}`, shape.id] as const] : []), ...limits]
}
