import type { HealthState } from '../../runner/core/contracts.ts'
import type { Notification, Occasion } from '../../runner/core/notifications.ts'
import { count, dash, moment, until } from './format.ts'
import { type Content, html, type Safe } from './html.ts'
import { stateMark } from './marks.ts'
import { incidentPath } from './paths.ts'
import { rowsTable } from './rows.ts'

export const occasionWords: Readonly<Record<Occasion, string>> = {
  opened: 'opened',
  changed: 'changed',
  acknowledged: 'acknowledged',
  reminder: 'reminder',
  escalated: 'escalated',
  resolved: 'resolved',
  drill: 'drill',
}

const states: Readonly<Record<Notification['state'], readonly [HealthState, string]>> = {
  waiting: ['retrying', 'waiting'],
  delivered: ['up', 'delivered'],
  dead: ['down', 'dead letter'],
  dropped: ['paused', 'not sent'],
}

export interface NotificationRows {
  readonly label: string
  readonly list: readonly Notification[]
  readonly now: number
  /** Of incidents, by id. Empty on the page of the incident itself. */
  readonly titles: ReadonlyMap<string, string>
}

export const notificationRows = ({ label, list, now, titles }: NotificationRows): Safe =>
  rowsTable<Notification>({
    label,
    columns: [
      { name: 'Made, UTC', as: 'head', show: ({ createdAt }) => moment(createdAt, now) },
      { name: 'State', as: 'plain', show: ({ state }) => stateMark(...states[state]) },
      { name: 'Channel', as: 'plain', show: ({ notifier }) => notifier },
      { name: 'Occasion', as: 'plain', show: ({ occasion }) => occasionWords[occasion] },
      ...(titles.size > 0
        ? [{ name: 'About', as: 'wide' as const, show: (item: Notification) => about(item, titles) }]
        : []),
      { name: 'Why', as: 'wide', show: item => why(item, now) },
      { name: 'Tries', as: 'num', show: ({ tries }) => tries },
      { name: 'Ended', as: 'num', show: ({ endedAt }) => (endedAt === undefined ? dash : moment(endedAt, now)) },
    ],
    rows: list,
    classOf: ({ state }) => `is-${states[state][0]}`,
  })

function about({ incidents }: Notification, titles: ReadonlyMap<string, string>): Content {
  const [first] = incidents
  if (first === undefined) return dash
  const more = incidents.length - 1
  return html`<a href="${incidentPath({ id: first })}">${titles.get(first) ?? first}</a>${more > 0 ? ` and ${count(more, 'other')}` : ''}`
}

function why({ state, why: reason, trouble, dueAt }: Notification, now: number): Content {
  const next = state === 'waiting' && dueAt > now ? html` <span class="quiet">next try ${until(dueAt, now)}</span>` : ''
  return html`${[reason, trouble].filter(Boolean).join('; ')}${next}`
}
