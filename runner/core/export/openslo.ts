/** Objectives in OpenSLO v1, for whatever reads it. */

import { exactDuration } from '../duration.ts'
import { lengthOf, type Span } from '../period.ts'
import { describePromise, type Exported, type Promised, plainName, runs, unsaid } from './promised.ts'

const thing = (kind: string, name: string, spec: unknown, displayName?: string) => ({
  apiVersion: 'openslo/v1',
  kind,
  metadata: { name, ...(displayName === undefined ? {} : { displayName }) },
  spec,
})

const dataSource = 'prometheus'
const target = 'alertmanager'

export function openSlo(promised: readonly Promised[]): Exported {
  const told = promised.filter(item => unsaid(item) === undefined)
  const notes = promised.flatMap(item => {
    const why = unsaid(item)
    return why === undefined ? [] : [`Left out: ${item.system.id}, ${why}.`]
  })
  if (told.length === 0) return { notes, documents: [] }
  const systems = [...new Set(told.map(({ system }) => system))]
  const documents = [
    thing('DataSource', dataSource, { type: 'Prometheus', connectionDetails: { url: 'http://127.0.0.1:9090' } }),
    thing('AlertNotificationTarget', target, { target, description: 'Whoever is told by severity' }),
    ...systems.map(({ id, title }) => thing('Service', id, { description: title }, title)),
    ...told.flatMap(item => [slo(item), ...policies(item)]),
  ]
  return { notes, documents }
}

function slo(item: Promised) {
  const name = `${item.system.id}-${plainName(item)}`
  const query = (which: 'good' | 'valid') => ({
    metricSource: {
      metricSourceRef: dataSource,
      type: 'Prometheus',
      spec: { query: runs(item, which, 'sum($runs)') },
    },
  })
  return thing(
    'SLO',
    name,
    {
      description: `${item.need}: ${describePromise(item)}`,
      service: item.system.id,
      indicator: {
        metadata: { name: `${name}-runs` },
        spec: { ratioMetric: { counter: true, good: query('good'), total: query('valid') } },
      },
      timeWindow: [timeWindow(item.part.span)],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: describePromise(item), target: Number((1 - item.part.allowed!).toPrecision(10)) }],
      alertPolicies: policies(item).map(({ metadata }) => ({ alertPolicyRef: metadata.name })),
    },
    item.objective.id,
  )
}

const timeWindow = (span: Span) =>
  'calendar' in span
    ? {
        duration: '1M',
        isRolling: false,
        calendar: { startTime: '2026-01-01 00:00:00', timeZone: span.timezone },
      }
    : { duration: exactDuration(lengthOf(span)), isRolling: true }

/** OpenSLO knows one window a condition: the long one, for as long as the short one would take to notice its end. */
const policies = (item: Promised) =>
  (item.objective.alerts ? item.part.rows : []).map(({ long, short, factor, severity }) => {
    const name = `${item.system.id}-${plainName(item)}-${exactDuration(long)}`
    return thing('AlertPolicy', name, {
      description: `The budget burns at more than ${factor} times its pace in ${exactDuration(long)}`,
      alertWhenBreaching: true,
      alertWhenResolved: true,
      alertWhenNoData: false,
      conditions: [
        {
          kind: 'AlertCondition',
          metadata: { name: `${name}-burns` },
          spec: {
            severity,
            condition: {
              kind: 'burnrate',
              op: 'gt',
              threshold: factor,
              lookbackWindow: exactDuration(long),
              alertAfter: exactDuration(short),
            },
          },
        },
      ],
      notificationTargets: [{ targetRef: target }],
    })
  })
