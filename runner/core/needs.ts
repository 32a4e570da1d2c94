/** What a check needs of this machine, by its addresses. */

import type { Check } from './definitions.ts'
import type { Needs, Reach } from './guard.ts'

const loopback = /^(127\.|0\.0\.0\.0$|localhost$|.+\.localhost$|\[::1\]$)/
// RFC 1918, RFC 3927 and RFC 4193: reached without the link to the world. A name may mean anything, so it counts as far.
const near = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cd][0-9a-f]{2}:|\[fe80:)/i
const address = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/

/**
 * `urls` are the addresses of its system by name. A probe that names its host itself is taken for one that goes far, because its address is
 * not known here; of several addresses the farthest counts.
 */
export function needsOf({ probe }: Pick<Check, 'probe'>, urls: Readonly<Record<string, string>>): Needs {
  const isJourney = probe.kind === 'journey'
  const names = isJourney ? Object.keys(urls) : (probe.origins ?? ['web'])
  const hosts = names.flatMap(name => {
    const url = urls[name]
    return url !== undefined && URL.canParse(url) ? [new URL(url).hostname] : []
  })
  const reaches = hosts.map(reachOf)
  const reach = hosts.length === 0 || reaches.includes('far') ? 'far' : reaches.includes('near') ? 'near' : 'machine'
  return {
    isJourney,
    reach,
    hasName: hosts.length === 0 || hosts.some(host => !address.test(host) && !loopback.test(host)),
  }
}

const reachOf = (host: string): Reach => (loopback.test(host) ? 'machine' : near.test(host) ? 'near' : 'far')
