/** What pages and API read of messages. */

import type { Notification } from '../core/notifications.ts'
import type { Rooms } from './rooms.ts'

const mostRead = 10_000

export interface WantedNotifications {
  readonly state?: Notification['state'] | undefined
  readonly notifier?: string | undefined
  readonly incident?: string | undefined
}

export const isWantedNotification =
  ({ state, notifier, incident }: WantedNotifications) =>
  (message: Notification): boolean =>
    (state === undefined || message.state === state) &&
    (notifier === undefined || message.notifier === notifier) &&
    (incident === undefined || message.incidents.includes(incident))

/** Made in this time, the newest first. */
export const keptNotifications = (
  { store }: Rooms,
  { from, to }: { readonly from: number; readonly to?: number | undefined },
): Promise<readonly Notification[]> =>
  store.kept('notification', { from, ...(to === undefined ? {} : { to }), limit: mostRead })
