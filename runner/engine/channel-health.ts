import { channelSignal } from '../core/audience.ts'
import { ourselves, type Signal } from '../core/incidents.ts'
import type { Delivery } from '../core/notifications.ts'

export interface ChannelState {
  readonly lastDeliveredAt?: number
  /** Why the last try failed; absent while it delivers. */
  readonly trouble?: string
}

/** Knows which notifiers deliver, and raises the alarm about one that does not. */
export interface ChannelHealth {
  note(notifier: string, delivery: Delivery, at: number): void
  /** What an earlier process delivered. */
  delivered(notifier: string, at: number): void
  /** Its notifier is gone, and nobody is to be alarmed about it. */
  forget(notifier: string, at: number): void
  state(notifier: string): ChannelState
  /** It was an alarm, and has not delivered since. */
  isSilent(notifier: string): boolean
}

// One refused try may be chance; the third comes within half a minute.
const mostFailures = 3

interface Channel {
  failures: number
  /** Undefined until the first news: an incident may be open from before the start. */
  firing: boolean | undefined
  lastDeliveredAt?: number
  trouble?: string
}

export function createChannelHealth({
  summaryOf,
  onSignal,
}: {
  summaryOf(notifier: string): string
  onSignal(signal: Signal): void
}): ChannelHealth {
  const channels = new Map<string, Channel>()
  const channelOf = (notifier: string) => {
    const known = channels.get(notifier) ?? { failures: 0, firing: undefined }
    channels.set(notifier, known)
    return known
  }
  const raise = (notifier: string, firing: boolean, detail: string, at: number) =>
    onSignal({
      id: channelSignal(notifier),
      system: ourselves,
      cause: 'channel',
      severity: 'p1',
      title: `Notifier ${notifier} (${summaryOf(notifier)}) does not deliver`,
      detail,
      firing,
      at,
    })
  return {
    note(notifier, delivery, at) {
      const channel = channelOf(notifier)
      if (delivery.outcome === 'delivered') {
        const wasFiring = channel.firing
        channels.set(notifier, { failures: 0, firing: false, lastDeliveredAt: at })
        if (wasFiring !== false) raise(notifier, false, 'it delivers again', at)
        return
      }
      channel.failures += 1
      channel.trouble = delivery.trouble
      if (channel.firing || (delivery.outcome === 'later' && channel.failures < mostFailures)) return
      channel.firing = true
      const proof = `\`vedette drill --channel ${notifier}\` shows whether it delivers again`
      raise(notifier, true, `expected it to deliver, found: ${delivery.trouble}; ${proof}`, at)
    },
    delivered(notifier, at) {
      const { lastDeliveredAt = at, ...channel } = channelOf(notifier)
      channels.set(notifier, { ...channel, lastDeliveredAt: Math.max(lastDeliveredAt, at) })
    },
    forget(notifier, at) {
      channels.delete(notifier)
      raise(notifier, false, 'it is not configured any more', at)
    },
    isSilent: notifier => channels.get(notifier)?.firing === true,
    state(notifier) {
      const { lastDeliveredAt, trouble } = channels.get(notifier) ?? {}
      return {
        ...(lastDeliveredAt === undefined ? {} : { lastDeliveredAt }),
        ...(trouble === undefined ? {} : { trouble }),
      }
    },
  }
}
