import { BlockList, isIP, isIPv6 } from 'node:net'

/** Says why an address must not be reached, or nothing when it may. */
export type AddressGuard = (address: string) => string | undefined

/** Thrown into a connection by a guard, before a packet has left. */
export class AddressDenied extends Error {
  readonly code = 'ERR_ADDRESS_DENIED'
}

const privateRanges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]

/** Lets only addresses of the public internet through; IPv4 inside IPv6 is seen through. */
export function publicOnly(): AddressGuard {
  const denied = new BlockList()
  for (const [net, prefix, family] of privateRanges) denied.addSubnet(net, prefix, family)
  return address => {
    const known = isIP(address) !== 0
    if (known && !denied.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return undefined
    return `expected a public address, found ${address}`
  }
}
