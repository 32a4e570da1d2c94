/** Text that comes in over a socket, heard until something in it is found. */

import type { Socket } from 'node:net'
import type { ProbeRun } from '../../core/definitions.ts'

export type Heard<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'closed' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'full'; readonly limit: number }
  | { readonly kind: 'error'; readonly error: Error }

export interface Conversation {
  send(text: string): void
  /** Waits until `find` finds something in what was heard and not yet skipped. */
  until<T>(find: (text: string) => T | undefined): Promise<Heard<T>>
  heard(): string
  skip(characters: number): void
  /** Gives the socket away; the conversation is over, the connection is not. */
  release(): Socket
  /** Closes the connection. */
  end(): void
}

const mostHeard = 64 * 1_024

export function converse(socket: Socket, { signal }: Pick<ProbeRun, 'signal'>): Conversation {
  const decoder = new TextDecoder()
  let pending = ''
  let ended: Heard<never> | undefined
  let wake: (() => void) | undefined

  const onData = (chunk: Buffer) => {
    pending += decoder.decode(chunk, { stream: true })
    // Nobody reads on before something was found in what is there.
    if (pending.length > mostHeard) finish({ kind: 'full', limit: mostHeard })
    wake?.()
  }
  const finish = (how: Heard<never>) => {
    ended ??= how
    if (how.kind === 'full') socket.pause()
    wake?.()
  }
  const onEnd = () => finish({ kind: 'closed' })
  const onError = (error: Error) => finish({ kind: 'error', error })
  const onAbort = () => finish({ kind: 'aborted' })
  const release = () => {
    socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError)
    signal.removeEventListener('abort', onAbort)
    return socket
  }

  socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })

  return {
    send(text) {
      if (!socket.destroyed) socket.write(text)
    },
    until(find) {
      return new Promise(resolve => {
        const look = () => {
          const value = find(pending)
          const answer: Heard<NonNullable<typeof value>> | undefined =
            value === undefined ? ended : { kind: 'found', value: value! }
          if (answer === undefined) return
          wake = undefined
          resolve(answer)
        }
        wake = look
        look()
      })
    },
    heard: () => pending,
    skip(characters) {
      pending = pending.slice(characters)
    },
    release,
    end() {
      release()
      // Errors of a socket that is being thrown away concern nobody, but they must be heard.
      socket.on('error', () => {})
      socket.destroy()
    },
  }
}
