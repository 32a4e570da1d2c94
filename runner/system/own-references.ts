/** Addresses that somebody named because they answer as long as our link works. */

import { connect } from 'node:net'
import type { Sign } from '../core/own-state.ts'
import { parseServer } from './dns-exchange.ts'
import { isOneTrue } from './is-one-true.ts'

export interface References {
  /** The link as the references tell it; undefined when they tell nothing. A look ends with the signal. */
  look(addresses: readonly string[], signal: AbortSignal): Promise<Sign | undefined>
}

export function createReferences(): References {
  // One that never answered is a mistake in the configuration, or forbidden by a firewall: it tells nothing.
  const answered = new Set<string>()

  return {
    async look(addresses, signal) {
      const isSomeThere = await isOneTrue(
        addresses.map(async address => {
          const isThere = await reaches(address, signal)
          if (isThere) answered.add(address)
          return isThere
        }),
      )
      if (isSomeThere) return { name: 'link' }
      const telling = addresses.filter(address => answered.has(address))
      if (telling.length === 0) return undefined
      return {
        name: 'link',
        isBeyond: true,
        // Two that were meant to have nothing in common do not end in the same moment; one may.
        ...(telling.length > 1 ? { isCertain: true } : {}),
        trouble: `expected a connection to a reference (${telling.join(', ')}), found ${telling.length === 1 ? 'that it does not accept one' : 'that none accepts one'}; look at the link of this machine`,
      }
    },
  }
}

/** A refusal is an answer: somebody is there. */
function reaches(address: string, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const { host, port } = parseServer(address.replace('tcp://', ''))
    const socket = connect({ host, port })
    const end = (isThere: boolean) => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(isThere)
    }
    const onAbort = () => end(false)
    socket.once('connect', () => end(true))
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' || code === 'ECONNRESET'))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
