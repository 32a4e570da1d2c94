import { compareDeploy, type DeployComparison } from '../core/compare-deploy.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Store } from '../core/ports.ts'

const [hour, day] = [3_600_000, 86_400_000]
const mostRuns = 10_000

/** What a comparison was made of. */
export interface ComparedDeploy extends DeployComparison {
  readonly deploy: Deploy
  readonly before: { readonly from: number; readonly to: number; readonly revision?: string }
  readonly after: { readonly from: number; readonly to: number }
}

/**
 * The runs before a deploy against those since: as much time on both sides, a day at most and an hour at least, and none of the deploys
 * next to it. As much time, because the night is faster than the day.
 */
export async function deployComparison(
  store: Pick<Store, 'kept' | 'results'>,
  deploy: Deploy,
  now: number,
): Promise<ComparedDeploy> {
  const { system, at } = deploy
  const others = (await deploysBetween(store, { from: at - day, to: at + day, system })).filter(
    ({ id }) => id !== deploy.id,
  )
  const previous = others.findLast(other => other.at <= at)
  const next = others.find(other => other.at > at)
  const until = Math.min(now, at + day, next?.at ?? Number.POSITIVE_INFINITY)
  const length = Math.max(hour, until - at)
  const before = { from: Math.max(at - length, previous?.at ?? 0), to: at }
  const after = { from: at, to: until }
  const runs = ({ from, to }: { readonly from: number; readonly to: number }) =>
    store.results({ system, triggers: ['schedule'], from, to, limit: mostRuns })
  return {
    ...compareDeploy(await runs(before), await runs(after)),
    deploy,
    before: { ...before, ...(previous === undefined ? {} : { revision: previous.revision }) },
    after,
  }
}

/** Deploys of a time, the oldest first; of all systems without one. */
export async function deploysBetween(
  store: Pick<Store, 'kept'>,
  { from, to, system }: { readonly from: number; readonly to: number; readonly system?: string },
): Promise<readonly Deploy[]> {
  const deploys = await store.kept('deploy', { from, to: to + 1, limit: 1_000 })
  return deploys.filter(deploy => system === undefined || deploy.system === system).toReversed()
}

/** Its parts are encoded once in the id, and may come here decoded. */
export async function findDeploy(store: Pick<Store, 'keptOne'>, id: string): Promise<Deploy | undefined> {
  const parts = id.split('~')
  const encoded = parts.map(part => encodeURIComponent(part)).join('~')
  return (await store.keptOne('deploy', id)) ?? (await store.keptOne('deploy', encoded))
}
