import { describe, expect, test } from 'vitest'
import type { Notification } from '../../runner/core/notifications.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { start } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { read, section } from './browse.ts'
import { day, minute, scene } from './trouble-scene.ts'

const open = incidentOf({ severity: 'p1' })

describe('notifications', () => {
  const message = (id: string, change: Partial<Notification> = {}): Keep => {
    const value: Notification = {
      id,
      notifier: 'slack',
      occasion: 'opened',
      incidents: [open.id],
      createdAt: start - minute,
      dueAt: start - minute,
      tries: 1,
      state: 'delivered',
      endedAt: start - minute,
      ...change,
    }
    return { kind: 'notification', id, at: value.createdAt, open: value.state === 'waiting', value }
  }
  const notifiers = [
    { id: 'slack', kind: 'slack', summary: 'Slack #oncall', waiting: 0 },
    { id: 'mail', kind: 'email', summary: 'mail to the office', waiting: 0 },
  ]

  test('dead letters come first, with the trouble in words', async () => {
    const keep = [
      message('a'),
      message('b', { notifier: 'mail', state: 'dead', tries: 6, trouble: 'found 550 <mailbox>' }),
      message('c', { state: 'dead', endedAt: start - 8 * day, createdAt: start - 8 * day }),
    ]
    await using server = await scene(pageAlarms({ open: [open], notifiers }), { keep })
    const { text } = await read(server, '/notifications')
    expect(text).toContain('<title>(1 dead) Notifications · Vedette</title>')
    expect(section(text, 'dead')).toMatch(
      /dead letter mail opened Shop: home does not answer found 550 &lt;mailbox&gt; 6/,
    )
  })

  test('each channel says its last delivery and its last drill, also one that is gone', async () => {
    const keep = [
      message('a', { endedAt: start - 5 * minute }),
      message('b', { occasion: 'drill', endedAt: start - 60 * minute, state: 'dead', incidents: [] }),
      message('c', { notifier: 'pager', endedAt: start - 7 * minute }),
    ]
    await using server = await scene(pageAlarms({ open: [open], notifiers }), { keep })
    const channels = section((await read(server, '/notifications')).text, 'channels')
    expect(channels).toMatch(/slack Slack #oncall slack dead letters 0 1 5 min ago 1 h ago not delivered/)
    expect(channels).toMatch(/mail mail to the office email fine 0 0 never never/)
    expect(channels).toMatch(/pager not configured any more/)
  })

  test.each([
    ['?state=waiting', ['quiet hours']],
    ['?notifier=mail', ['by mail']],
    ['?state=nothing', ['quiet hours', 'by mail']],
  ])('the view %s shows %j', async (query, expected) => {
    const { endedAt: _, ...waiting } = {
      endedAt: 0,
      state: 'waiting',
      why: 'quiet hours',
      dueAt: start + minute,
    } as const
    const keep = [message('a', { notifier: 'mail', why: 'by mail' }), message('b', waiting)]
    await using server = await scene(pageAlarms({ open: [open], notifiers }), { keep })
    const listed = section((await read(server, `/notifications${query}`)).text, 'messages')
    expect(['quiet hours', 'by mail'].filter(why => listed.includes(why))).toEqual(expected)
  })

  test('without channels the page teaches', async () => {
    await using server = await scene()
    expect((await read(server, '/notifications')).text).toContain('Nobody is told yet')
  })
})
