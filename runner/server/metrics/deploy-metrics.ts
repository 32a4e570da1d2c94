/** When each system was deployed last: for the marks on charts, and for what holds only for a time after a deploy. */

import type { Deploy } from '../../core/deploys.ts'
import type { Store } from '../../core/ports.ts'
import { type Family, type Labelled, labelText } from './exposition.ts'

export interface DeployTimes {
  record(deploy: Deploy): void
  /** Of every system that had a deploy, its newest. */
  subjects(): Promise<readonly Labelled<number>[]>
}

const mostDeploys = 10_000

export const deployFamilies: readonly Family<number>[] = [
  {
    name: 'vedette_last_deploy_timestamp_seconds',
    help: 'When a system was deployed last, as far as is known',
    type: 'gauge',
    of: at => at / 1_000,
  },
]

/** Those of before this process are read from the store once. */
export function createDeployTimes(store: Pick<Store, 'kept'>, environment: string): DeployTimes {
  const times = new Map<string, number>()
  let isRead = false
  const record = ({ system, at }: Pick<Deploy, 'system' | 'at'>) =>
    void times.set(system, Math.max(at, times.get(system) ?? 0))
  return {
    record,
    async subjects() {
      if (!isRead) {
        const before = await store.kept('deploy', { limit: mostDeploys }).catch(() => undefined)
        isRead = before !== undefined
        for (const deploy of before ?? []) record(deploy)
      }
      return [...times].map(([system, at]) => ({ labels: labelText({ system, environment }), subject: at }))
    },
  }
}
