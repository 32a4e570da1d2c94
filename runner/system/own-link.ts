/** The link of this machine as the kernel tells it. */

import type { NetworkInterfaceInfo } from 'node:os'
import type { Sign } from '../core/own-state.ts'

export interface Link {
  /** Interfaces with an address that carry something, the loopback left out. */
  readonly carrying: readonly string[]
  /** Interfaces with an address, or with a default route, and without a carrier. */
  readonly cut: readonly string[]
  readonly hasDefaultRoute: boolean
  /** Interfaces of the default routes; empty where the kernel tells none (IPv6 alone). */
  readonly ways: readonly string[]
  readonly gateways: readonly string[]
  /** Those of them that the kernel asked for and that do not answer. */
  readonly silentGateways: readonly string[]
}

type Read = (path: string) => string | undefined

export function readLink(read: Read, interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Link {
  const names = Object.entries(interfaces)
    .filter(([, addresses = []]) => addresses.some(({ internal }) => !internal))
    .map(([name]) => name)
  // Tunnels and virtual interfaces say `unknown`: what is not down carries.
  const isCut = (name: string) => ['down', 'lowerlayerdown', 'notpresent', 'dormant'].includes(stateOf(read, name))
  const routes = defaultRoutes(read('proc/net/route') ?? '')
  const unanswered = new Set(unansweredNeighbours(read('proc/net/arp') ?? ''))
  const ways = [...new Set(routes.map(({ device }) => device))]
  const gateways = routes.flatMap(({ gateway }) => (gateway === '0.0.0.0' ? [] : [gateway]))
  return {
    carrying: names.filter(name => !isCut(name)),
    // Without a carrier an interface is left out of the list of those with an address; its route stays.
    cut: [...new Set([...names, ...ways])].filter(isCut),
    hasDefaultRoute: routes.length > 0 || hasDefaultRoute6(read('proc/net/ipv6_route') ?? ''),
    ways,
    gateways,
    silentGateways: gateways.filter(gateway => unanswered.has(gateway)),
  }
}

/** What of the link was there before and is no more. A machine that never had it needs none for what it watches. */
export function linkTrouble(before: Link, now: Link): Omit<Sign, 'name'> | undefined {
  if (before.carrying.length > 0 && now.carrying.length === 0) {
    const found = now.cut.length > 0 ? `${now.cut.join(', ')} without a carrier` : 'none with an address'
    return {
      isCertain: true,
      trouble: `expected a network interface that carries (${before.carrying.join(', ')} did), found ${found}; look at the cable, the interface or the virtual network`,
    }
  }
  if (before.hasDefaultRoute && !now.hasDefaultRoute)
    return {
      isCertain: true,
      isBeyond: true,
      trouble: 'expected a default route, which there was, found none; look at `ip route`',
    }
  // A bridge of containers carries on when the way out does not.
  if (now.ways.length > 0 && now.ways.every(name => now.cut.includes(name)))
    return {
      isCertain: true,
      isBeyond: true,
      trouble: `expected a carrier on the interface of the default route, found none on ${now.ways.join(', ')}; look at the cable, the interface or the virtual network`,
    }
  // A machine may have several ways out, and a gateway may have gone while nothing was sent: many must fail as well.
  if (now.gateways.length > 0 && now.silentGateways.length === now.gateways.length)
    return {
      isBeyond: true,
      trouble: `expected the gateway ${now.silentGateways.join(', ')} to answer, found that it does not say where it is (ARP); look at the router and the cable`,
    }
  return undefined
}

const stateOf = (read: Read, name: string) => read(`sys/class/net/${name}/operstate`)?.trim() ?? 'unknown'

/** Gateways of the default routes of `/proc/net/route` that are up: device, destination, gateway, flags … mask, in hexadecimal. */
function defaultRoutes(table: string): readonly { readonly device: string; readonly gateway: string }[] {
  return table.split('\n').flatMap(line => {
    const [device = '', destination, gateway = '', flags = '0', , , , mask] = line.split(/\s+/)
    const isUp = (Number.parseInt(flags, 16) & 1) === 1
    if (device === 'lo' || destination !== '00000000' || mask !== '00000000' || !isUp) return []
    const bytes = gateway.match(/../g)?.map(byte => Number.parseInt(byte, 16)) ?? []
    return [{ device, gateway: bytes.toReversed().join('.') }]
  })
}

/** `/proc/net/ipv6_route` has, for a machine without one, a default route on the loopback that refuses everything. */
const hasDefaultRoute6 = (table: string): boolean =>
  table.split('\n').some(line => /^0{32} 00 /.test(line) && !/\slo$/.test(line))

/** Neighbours of `/proc/net/arp` whose entry is not complete. */
const unansweredNeighbours = (table: string): readonly string[] =>
  table.split('\n').flatMap(line => {
    const [address, , flags] = line.split(/\s+/)
    return flags === '0x0' ? [address!] : []
  })
