import type { TargetClock } from './clock.ts'
import { createService, Refusal, route } from './http.ts'
import { type Listener, listen } from './listen.ts'
import type { Mailbox } from './mailbox.ts'
import type { Parts } from './parts.ts'

export interface ControlOptions {
  readonly port: number
  readonly clock: TargetClock
  readonly parts: Parts<string>
  readonly mailbox: Mailbox
  readonly revision: { current: string }
  /** What the system knows of itself, for tests. */
  readonly facts: () => Readonly<Record<string, unknown>>
}

/**
 * The second door of a reference system, for tests: always on loopback.
 *
 * - `POST /clock {"advance": 900000}`: time passes
 * - `POST /faults {"redis": "down", "latency": 300}`; `GET /faults`
 * - `GET /mailbox?to=someone@example.com`: `{"mails": [{to, subject, text, sentAt}]}`
 * - `POST /revision {"revision": "abc"}`: another version is live
 * - `GET /facts`
 */
export function listenControl(options: ControlOptions): Promise<Listener> {
  const { clock, parts, mailbox, revision } = options
  const set = (work: () => void) => {
    try {
      work()
    } catch (error) {
      throw new Refusal(400, { error: (error as Error).message })
    }
  }
  const service = createService({
    routes: [
      route('GET', '/clock', () => ({ json: { now: clock.now() } })),
      route('POST', '/clock', async call => {
        const { advance } = await call.json()
        set(() => clock.advance(advance as number))
        return { json: { now: clock.now() } }
      }),
      route('GET', '/faults', () => ({ json: parts.state() })),
      route('POST', '/faults', async call => {
        const change = await call.json()
        set(() => parts.set(change))
        return { json: parts.state() }
      }),
      route('GET', '/mailbox', call => ({ json: { mails: mailbox.to(call.url.searchParams.get('to') ?? '') } })),
      route('GET', '/facts', () => ({ json: options.facts() })),
      route('POST', '/revision', async call => {
        revision.current = String((await call.json())['revision'])
        return { json: { revision: revision.current } }
      }),
    ],
  })
  return listen(service, { port: options.port })
}
