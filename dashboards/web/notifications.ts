/** "Was everybody told, and if not, why?" */

import type { Notification } from '../../runner/core/notifications.ts'
import { ago, count } from './format.ts'
import { type Content, html } from './html.ts'
import { type Page, tabTitle } from './layout.ts'
import { sign, stateMark } from './marks.ts'
import { notificationRows } from './notification-rows.ts'
import { rowsTable } from './rows.ts'

export interface Channel {
  readonly id: string
  readonly kind: string
  readonly summary: string
  readonly lastDelivery?: Notification
  /** Newest drill that ended. */
  readonly lastDrill?: Notification
  readonly waiting: number
  readonly dead: number
  /** False: messages are kept of it, and the configuration has it no longer. */
  readonly isConfigured: boolean
}

export interface NotificationFilter {
  readonly state?: Notification['state']
  readonly notifier?: string
}

export interface NotificationsData {
  readonly now: number
  readonly channels: readonly Channel[]
  /** Dead letters of the last week, newest first. */
  readonly dead: readonly Notification[]
  /** That fit the filter, newest first. */
  readonly list: readonly Notification[]
  readonly isCut: boolean
  readonly filter: NotificationFilter
  /** Of incidents, by id. */
  readonly titles: ReadonlyMap<string, string>
}

export function notificationsPage(data: NotificationsData): Page {
  const { channels, dead, list, filter } = data
  const waiting = channels.reduce((sum, channel) => sum + channel.waiting, 0)
  const state = dead.length > 0 ? 'down' : channels.length === 0 ? 'unknown' : waiting > 0 ? 'retrying' : 'up'
  const words =
    dead.length > 0
      ? `${count(dead.length, 'message')} could not be delivered`
      : channels.length === 0
        ? 'Nobody is told'
        : waiting > 0
          ? `${count(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'}`
          : 'Every message was delivered'
  const isEmpty = channels.length + list.length + dead.length === 0 && Object.keys(filter).length === 0
  return {
    title: tabTitle('Notifications', dead.length, 'dead'),
    state,
    here: 'notifications',
    main: isEmpty
      ? teach()
      : html`<section class="headline is-${state}" id="headline" data-live><h1>${sign(state)}${words}</h1>
<p>${count(channels.length, 'channel')}. <code>vedette drill</code> proves that a message arrives.</p></section>
${deadLetters(data)}${channelTable(data)}${messages(data)}`,
  }
}

function deadLetters({ dead, now, titles }: NotificationsData): Content {
  if (dead.length === 0) return ''
  return html`<section id="dead" data-live><h2>Dead letters of the last seven days</h2>
<p>These were given up: trying again cannot help, or was tried for too long. Somebody has to be told otherwise, and the channel mended.</p>${notificationRows(
    { label: 'Dead letters', list: dead, now, titles },
  )}</section>`
}

function channelTable({ channels, now }: NotificationsData): Content {
  const when = (item: Notification | undefined): Content =>
    item === undefined ? html`<span class="quiet">never</span>` : ago(item.endedAt ?? item.createdAt, now)
  return html`<section id="channels" data-live><h2>Channels</h2>${rowsTable<Channel>({
    label: 'Channels',
    columns: [
      {
        name: 'Channel',
        as: 'head',
        show: ({ id, summary, isConfigured }) =>
          html`<b>${id}</b> <span class="quiet">${isConfigured ? summary : 'not configured any more'}</span>`,
      },
      { name: 'Kind', as: 'plain', show: ({ kind }) => kind },
      {
        name: 'State',
        as: 'plain',
        show: ({ dead, waiting }) =>
          dead > 0
            ? stateMark('down', 'dead letters')
            : waiting > 0
              ? stateMark('retrying', 'waiting')
              : stateMark('up', 'fine'),
      },
      { name: 'Waiting', as: 'num', show: ({ waiting }) => waiting },
      { name: 'Dead, 7 d', as: 'num', show: ({ dead }) => dead },
      { name: 'Last delivery', as: 'num', show: ({ lastDelivery }) => when(lastDelivery) },
      {
        name: 'Last drill',
        as: 'num',
        show: ({ lastDrill }) =>
          html`${when(lastDrill)}${lastDrill && lastDrill.state !== 'delivered' ? html` <b class="wrong">not delivered</b>` : ''}`,
      },
    ],
    rows: channels,
  })}</section>`
}

const states: readonly (readonly [Notification['state'], string])[] = [
  ['waiting', 'waiting'],
  ['delivered', 'delivered'],
  ['dropped', 'not sent'],
  ['dead', 'dead letter'],
]

function messages({ list, now, titles, filter, channels, isCut }: NotificationsData): Content {
  const option = (value: string, word: string, chosen: string | undefined) =>
    html`<option value="${value}"${value === (chosen ?? '') ? html` selected` : ''}>${word}</option>`
  return html`<section><h2>Messages</h2><form class="search" role="search" aria-label="Messages" method="get" action="/notifications">
<span class="field"><label for="state">State</label><select id="state" name="state">${option('', 'any', filter.state)}${states.map(([name, word]) => option(name, word, filter.state))}</select></span>
<span class="field"><label for="notifier">Channel</label><select id="notifier" name="notifier">${option('', 'any', filter.notifier)}${channels.map(({ id }) => option(id, id, filter.notifier))}</select></span>
<button>Show</button></form>
<div id="messages" data-live>${
    list.length === 0
      ? html`<p class="quiet">No message of this view is kept.</p>`
      : notificationRows({ label: 'Messages', list, now, titles })
  }${isCut ? html`<p>Only the newest ${list.length} are shown.</p>` : ''}</div></section>`
}

const teach = (): Content => html`<section class="empty"><h1>Nobody is told yet</h1>
<p>Say who hears of incidents; each notifier is imported and made once:</p>
<pre tabindex="0"><code>import { defineConfig, secret, slack } from 'vedette'

export default defineConfig({
  systems: [/* … */],
  notifiers: [slack({ url: secret({ env: 'SLACK_URL' }) })],
})</code></pre>
<p><code>vedette drill</code> then sends a marked test through the whole path and says whether it arrived.</p></section>`
