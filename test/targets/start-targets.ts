import { nearest } from '../../runner/core/nearest.ts'
import { type Instance, systems } from '../proof/systems.ts'
import { spreadBreaks } from './breaks.ts'

export interface Targets {
  /** A line for each system: where it is, and what it breaks. */
  readonly lines: readonly string[]
  /** Each address as `--url` takes it: `cod-admin.web=http://127.0.0.1:7105`. */
  readonly urls: readonly string[]
  close(): Promise<void>
}

export interface TargetsWanted {
  /** `COD-14,THR-04` */
  readonly breaks?: string | undefined
  /** Default: all. */
  readonly names?: readonly string[]
  /** True: at any free ports. Default: at those of their packs. */
  readonly freePorts?: boolean
}

/** Reference systems; a message when something is wanted that there is not. */
export function prepareTargets(wanted: TargetsWanted): (() => Promise<Targets>) | string {
  const known = Object.keys(systems)
  const { names = [], freePorts = false } = wanted
  const stranger = names.find(name => !known.includes(name))
  if (stranger !== undefined) {
    const near = nearest(stranger, known)
    return `expected reference systems (${known.join(', ')}), found '${stranger}'${near ? `; did you mean '${near}'?` : ''}`
  }
  const chosen = Object.entries(systems).filter(([name]) => names.length === 0 || names.includes(name))
  const broken = spreadBreaks(
    wanted.breaks,
    Object.fromEntries(chosen.map(([name, { breakable }]) => [name, breakable])),
  )
  if (typeof broken === 'string') return broken
  return async () => {
    const started = await Promise.allSettled(
      chosen.map(async ([name, { start, port }]) => {
        const faults = broken.get(name) ?? []
        return { name, faults, instance: await start({ broken: faults, ...(freePorts ? {} : { port }) }) }
      }),
    )
    const running = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    const close = async () => void (await Promise.all(running.map(({ instance }) => instance.close())))
    const failed = started.find(result => result.status === 'rejected')
    if (failed) {
      await close()
      throw failed.reason
    }
    return {
      lines: running.map(({ name, faults, instance }) => lineOf(name, instance, faults)),
      urls: running.flatMap(({ name, instance }) =>
        Object.entries(instance.urls).map(([address, url]) => `${name}.${address}=${url}`),
      ),
      close,
    }
  }
}

const lineOf = (name: string, { urls }: Instance, faults: readonly string[]) =>
  `  ${name.padEnd(12)} ${urls['web']}${faults.length > 0 ? `  broken: ${faults.join(', ')}` : ''}`
