import type { Requirement } from '#vedette'

/** The figure of a limit, so that a spec need not repeat it: `figure(requirements, 'COD-33', { scope: 'write' })`. */
export function figure(
  requirements: readonly Requirement[],
  id: string,
  which: { readonly metric?: string; readonly scope?: string } = {},
): number {
  const found = (requirements.find(requirement => requirement.id === id)?.threshold ?? []).filter(
    item =>
      'metric' in item &&
      (which.metric === undefined || item.metric === which.metric) &&
      (which.scope === undefined || item.scope === which.scope),
  )
  const value = found.flatMap(item => Object.entries(item).filter(([name]) => /^(lte?|gte?|eq)$/.test(name)))[0]?.[1]
  if (found.length !== 1 || typeof value !== 'number') {
    throw new Error(`expected one limit of ${id} with a number, found ${found.length}`)
  }
  return value
}
