import type { Clock } from '../core/contracts.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Delivery, Notifier, SendContext } from '../core/notifications.ts'
import type { Log } from './log.ts'
import { broken, longestTry, type SendRequest, sendContext } from './outbox.ts'

// A marker that comes a minute late is still one; after that nobody looks for it.
const pauses = [5_000, 15_000, 40_000]

/** Tells the notifiers that have a place for deploys. Nobody is woken by it, so it is not kept: what fails is logged. */
export async function tellDeploy(
  deploy: Deploy,
  notifiers: readonly Notifier[],
  options: {
    readonly clock: Clock
    readonly log: Log
    readonly reveal: SendContext['reveal']
    readonly request: SendRequest
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { clock, log, signal } = options
  const attempt = async (notifier: Notifier): Promise<Delivery> => {
    using deadline = clock.deadline(longestTry, signal)
    return await notifier.sendDeploy!(deploy, sendContext(options, deadline.signal)).catch(broken)
  }
  const tell = async (notifier: Notifier) => {
    let delivery = await attempt(notifier)
    for (const pause of pauses) {
      if (delivery.outcome !== 'later') break
      await clock.sleep(Math.max(pause, delivery.after ?? 0), signal)
      delivery = await attempt(notifier)
    }
    if (delivery.outcome !== 'delivered')
      log.warn({ notifier: notifier.id, deploy: deploy.id, trouble: delivery.trouble }, 'not told of a deploy')
  }
  // Rejected only when Vedette stops.
  await Promise.allSettled(notifiers.filter(({ sendDeploy }) => sendDeploy !== undefined).map(tell))
}
