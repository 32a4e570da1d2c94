import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { ProbeRun } from '../../core/definitions.ts'

export type Ending =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }

/** A WebSocket as a list of what came over it. */
export interface Channel {
  isOpen(): boolean
  readonly messages: string[]
  ending(): Ending | undefined
  send(message: string): void
  /** Calls back whenever something has happened. */
  onChange(look: () => void): void
  close(): void
}

const mostBytes = 1_000_000

export function openChannel(
  url: URL,
  protocols: readonly string[],
  headers: Record<string, string>,
  socket: Socket,
): Channel {
  const messages: string[] = []
  let ending: Ending | undefined
  let isOpen = false
  let look = () => {}
  const end = (how: Ending) => {
    ending ??= how
    look()
  }
  const ws = new WebSocket(url, [...protocols], {
    headers,
    // The connection is made already, with its phases timed.
    createConnection: () => socket,
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: mostBytes,
  })
  ws.on('open', () => {
    isOpen = true
    look()
  })
  ws.on('message', data => {
    messages.push(String(data))
    look()
  })
  ws.on('unexpected-response', (_, response) => {
    response.destroy()
    end({ kind: 'status', status: response.statusCode ?? 0 })
  })
  ws.on('error', error => end({ kind: 'error', error }))
  ws.on('close', (code, reason) => end({ kind: 'closed', code, reason: reason.toString() }))
  return {
    isOpen: () => isOpen,
    messages,
    ending: () => ending,
    send: message => ws.send(message),
    onChange: call => {
      look = call
    },
    close() {
      look = () => {}
      if (isOpen) ws.close(1_000)
      else ws.terminate()
    },
  }
}

/** Waits until `find` finds something, the WebSocket ends, or the time is over. */
export function until<T>(run: ProbeRun, channel: Channel, find: () => T | undefined): Promise<T | Ending | 'aborted'> {
  return new Promise(resolve => {
    const settle = (value: T | Ending | 'aborted') => {
      channel.onChange(() => {})
      run.signal.removeEventListener('abort', onAbort)
      resolve(value)
    }
    const onAbort = () => settle('aborted')
    const look = () => {
      const value = find() ?? channel.ending()
      if (value !== undefined) settle(value)
    }
    if (run.signal.aborted) return onAbort()
    run.signal.addEventListener('abort', onAbort, { once: true })
    channel.onChange(look)
    look()
  })
}
