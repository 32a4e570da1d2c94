import type { Problem } from '../core/contracts.ts'
import type { Address, System } from '../core/definitions.ts'

/** Addresses of one system by name, for one environment. */
export type SystemUrls = Readonly<Record<string, string>>

type Env = Readonly<Record<string, string | undefined>>

interface Override {
  readonly system?: string
  readonly name: string
  readonly url: string
}

/** Where each system runs: `--url` before the variable before the configuration's environment. */
export function resolveUrls(
  systems: readonly System[],
  environment: string,
  env: Env,
  overrides: readonly string[],
): { readonly urls: Readonly<Record<string, SystemUrls>>; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const given = overrides.map(text => parseOverride(text, systems))
  problems.push(
    ...given
      .filter(item => typeof item === 'string')
      .map(message => ({ level: 'error' as const, path: ['--url'], message })),
  )
  const parsed = given.filter(item => typeof item !== 'string')
  const urls = systems.map(system => {
    const entries = Object.entries(system.url).flatMap(([name, address]) => {
      const found = pick(system, name, address, environment, env, parsed)
      const problem = checkUrl(found, name, address, environment)
      if (problem !== undefined) {
        problems.push({ level: 'error', path: [`system ${system.id}`, 'url', name], message: problem })
        return []
      }
      return [[name, found!] as const]
    })
    return [system.id, Object.fromEntries(entries)] as const
  })
  return { urls: Object.fromEntries(urls), problems }
}

function parseOverride(text: string, systems: readonly System[]): Override | string {
  const named = /^(?:([a-z0-9-]+)\.)?([A-Za-z][\w-]*)=(.+)$/.exec(text)
  const [system, name, url] = named ? [named[1], named[2]!, named[3]!] : [undefined, 'web', text]
  if (!URL.canParse(url))
    return `expected an address such as https://shop.example.com or api=https://…, found '${text}'${text === '' ? ' (an unset variable?)' : ''}`
  const known = systems.some(item => (system === undefined || item.id === system) && name in item.url)
  return known
    ? { ...(system === undefined ? {} : { system }), name, url }
    : `expected the name of an address that a system has (${[...new Set(systems.flatMap(item => Object.keys(item.url).map(key => `${item.id}.${key}`)))].join(', ') || 'none'}), found '${text}'`
}

function pick(
  system: System,
  name: string,
  address: Address,
  environment: string,
  env: Env,
  overrides: readonly Override[],
) {
  const override = overrides.findLast(
    item => item.name === name && (item.system === undefined || item.system === system.id),
  )
  const variable = address.env === undefined ? undefined : env[address.env]
  return (
    override?.url ??
    (variable === '' ? undefined : variable) ??
    address.environments[environment] ??
    address.environments['*']
  )
}

function checkUrl(found: string | undefined, name: string, address: Address, environment: string): string | undefined {
  const known = Object.keys(address.environments).filter(key => key !== '*')
  if (found === undefined) {
    const ways = [address.env && `set ${address.env}`, `give --url ${name}=https://…`, `add it to environments`]
      .filter(Boolean)
      .join(', or ')
    return `expected an address for environment '${environment}', found ${known.length > 0 ? `only ${known.join(', ')}` : 'none'}; ${ways}`
  }
  if (!URL.canParse(found)) return `expected an address such as https://shop.example.com, found '${found}'`
  return /^(?:https?|wss?|tcp):$/.test(new URL(found).protocol)
    ? undefined
    : `expected http://, https://, ws://, wss:// or tcp://, found '${found}'`
}
