import type { Notifier } from '../../runner/core/notifications.ts'
import type { NotifierScene } from '../conformance/notifier.ts'
import { type Behaviour, createReceiver, type Receiver, type Request } from '../support/receiver.ts'

export interface HttpScene extends NotifierScene {
  readonly receiver: Receiver
}

/** A notifier over HTTP with a receiver that takes what `accepts` finds no fault with, and then answers like the real one. */
export async function httpScene(
  make: (url: string) => { readonly notifier: Notifier; readonly secrets?: NotifierScene['secrets'] },
  ok: Exclude<Behaviour, string>,
  accepts: (request: Request) => string | undefined = () => undefined,
): Promise<HttpScene> {
  const taken: string[] = []
  const take = (request: Request): Behaviour => {
    const fault = accepts(request)
    if (fault !== undefined) return { status: 400, body: fault }
    taken.push(request.body)
    return ok
  }
  const receiver = await createReceiver(take)
  const ways = {
    take,
    hang: 'hang',
    busy: { status: 429, headers: { 'retry-after': '7' }, body: 'slow down' },
    unauthorized: { status: 401, body: 'who are you?' },
    unknown: { status: 404 },
    redirect: { status: 302, headers: { location: `${receiver.url}/elsewhere` } },
    reset: 'reset',
    garbage: 'garbage',
  } as const
  return {
    secrets: {},
    ...make(receiver.url),
    receiver,
    taken,
    get tries() {
      return receiver.requests.length
    },
    behave: how => receiver.behave(ways[how]),
    received: receiver.received,
    quiet: receiver.quiet,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}
