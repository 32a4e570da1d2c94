import { type Instance, systems } from '../proof/systems.ts'
import { spreadBreaks } from './breaks.ts'

export interface Targets {
  /** A line for each system: where it is, and what it breaks. */
  readonly lines: readonly string[]
  close(): Promise<void>
}

/** All reference systems at the ports of their packs; a message when `breaks` (`COD-14,THR-04`) names something that none can break. */
export function prepareTargets(breaks: string | undefined): (() => Promise<Targets>) | string {
  const breakable = Object.fromEntries(Object.entries(systems).map(([name, system]) => [name, system.breakable]))
  const broken = spreadBreaks(breaks, breakable)
  if (typeof broken === 'string') return broken
  return async () => {
    const started = await Promise.allSettled(
      Object.entries(systems).map(async ([name, { start, port }]) => {
        const faults = broken.get(name) ?? []
        return { name, faults, instance: await start({ broken: faults, port }) }
      }),
    )
    const running = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    const close = async () => void (await Promise.all(running.map(({ instance }) => instance.close())))
    const failed = started.find(result => result.status === 'rejected')
    if (failed) {
      await close()
      throw failed.reason
    }
    return { lines: running.map(({ name, faults, instance }) => lineOf(name, instance, faults)), close }
  }
}

const lineOf = (name: string, { urls }: Instance, faults: readonly string[]) =>
  `  ${name.padEnd(12)} ${urls['web']}${faults.length > 0 ? `  broken: ${faults.join(', ')}` : ''}`
