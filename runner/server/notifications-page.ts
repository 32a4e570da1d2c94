/** The page of what was sent to whom. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Channel, type NotificationFilter, notificationsPage } from '../../dashboards/web/notifications.ts'
import type { Notification } from '../core/notifications.ts'
import { isWantedNotification, keptNotifications } from './notifications.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
const kept = 90 * day
const recently = 7 * day
const most = 200

export function serveNotificationsPage(app: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock } = rooms
  const render = renderer(rooms)

  app.get('/notifications', asks('read'), async (request, reply) => {
    const now = clock.now()
    const filter = filterOf(request)
    const all = await keptNotifications(rooms, { from: now - kept })
    const fitting = all.filter(isWantedNotification(filter))
    const list = fitting.slice(0, most)
    const dead = all.filter(item => isRecentlyDead(item, now))
    const page = notificationsPage({
      now,
      channels: channelsOf(watch.alarms.notifiers(), all, now),
      dead,
      list,
      isCut: fitting.length > list.length,
      filter,
      titles: await titlesOf([...dead, ...list]),
    })
    return render(request, reply, page)
  })

  async function titlesOf(list: readonly Notification[]): Promise<ReadonlyMap<string, string>> {
    const ids = new Set(list.flatMap(({ incidents }) => incidents.slice(0, 1)))
    const open = new Map(watch.alarms.open().map(({ id, title }) => [id, title]))
    const found = await Promise.all(
      [...ids].map(async id => [id, open.get(id) ?? (await store.keptOne('incident', id))?.title ?? id] as const),
    )
    return new Map(found)
  }
}

function filterOf({ query }: FastifyRequest): NotificationFilter {
  const { state, notifier } = query as Readonly<Record<string, unknown>>
  const wanted = (['waiting', 'delivered', 'dead', 'dropped'] as const).find(name => name === state)
  return {
    ...(wanted === undefined ? {} : { state: wanted }),
    ...(typeof notifier === 'string' && notifier !== '' ? { notifier } : {}),
  }
}

const isRecentlyDead = ({ state, endedAt, createdAt }: Notification, now: number) =>
  state === 'dead' && (endedAt ?? createdAt) > now - recently

/** Of the configuration, and those of which messages are kept. `all`: newest first. */
function channelsOf(
  configured: readonly { readonly id: string; readonly kind: string; readonly summary: string }[],
  all: readonly Notification[],
  now: number,
): readonly Channel[] {
  const gone = [...new Set(all.map(({ notifier }) => notifier))]
    .filter(id => !configured.some(channel => channel.id === id))
    .map(id => ({ id, kind: '', summary: '', isConfigured: false }))
  return [...configured.map(channel => ({ ...channel, isConfigured: true })), ...gone].map(channel => {
    const own = all.filter(({ notifier }) => notifier === channel.id)
    const lastDelivery = newest(own.filter(({ state }) => state === 'delivered'))
    const lastDrill = newest(own.filter(({ occasion, state }) => occasion === 'drill' && state !== 'waiting'))
    return {
      ...channel,
      waiting: own.filter(({ state }) => state === 'waiting').length,
      dead: own.filter(item => isRecentlyDead(item, now)).length,
      ...(lastDelivery === undefined ? {} : { lastDelivery }),
      ...(lastDrill === undefined ? {} : { lastDrill }),
    }
  })
}

const newest = (list: readonly Notification[]): Notification | undefined =>
  list.toSorted((a, b) => (b.endedAt ?? b.createdAt) - (a.endedAt ?? a.createdAt))[0]
