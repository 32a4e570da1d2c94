import { describe, expect, test } from 'vitest'
import type { Recipient } from '../../runner/core/audience.ts'
import type { Happening, Incident, IncidentLine } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import {
  planDrill,
  planNotifications,
  planReminders,
  reviewNotifications,
} from '../../runner/core/plan-notifications.ts'
import { affectedOf, happening, incidentOf, noon } from '../support/incidents.ts'

const group = 10_000
const minute = 60_000
const hour = 60 * minute
const night = { from: 22 * 60, to: 7 * 60, timezone: 'UTC', except: ['p0'] } as const

const notifier = (id: string, change: Partial<Recipient> = {}): Recipient => ({ id, audience: {}, ...change })

/** The records over time, and what is known of the incidents. */
function desk(...notifiers: readonly Recipient[]) {
  const known = new Map<string, Notification>()
  const incidents = new Map<string, Incident>()
  const planning = (now: number) => ({
    notifiers,
    known: [...known.values()],
    incident: (id: string) => incidents.get(id),
    group,
    now,
  })
  const take = (records: readonly Notification[]) => {
    for (const record of records) known.set(record.id, record)
    return records
  }
  return {
    incidents,
    records: () => [...known.values()],
    waiting: () => [...known.values()].filter(({ state }) => state === 'waiting'),
    happen(now: number, ...happenings: readonly Happening[]) {
      for (const { incident } of happenings) incidents.set(incident.id, incident)
      return take(planNotifications({ ...planning(now), happenings }))
    },
    /** A try of everything that is due. */
    send(now: number, change: Partial<Notification> = { state: 'delivered', endedAt: now }) {
      const due = [...known.values()].filter(record => record.state === 'waiting' && record.dueAt <= now)
      for (const record of due) {
        const sent = { ...record, tries: record.tries + 1, ...change }
        known.set(record.id, sent)
        if (sent.state === 'delivered') take(planReminders(planning(now), sent))
      }
      return due
    },
    review: (now: number) => take(reviewNotifications(planning(now))),
    drill: (now: number, incident: Incident) => planDrill(planning(now), incident),
  }
}

const opened = (incident: Incident) => happening(incident, 'opened', incident.openedAt)
const then = (incident: Incident, kind: IncidentLine['kind'], at: number) => happening(incident, kind, at)

describe('an incident that opens', () => {
  test('is told to everybody whom it concerns, and waits for others to come', () => {
    const { happen } = desk(notifier('oncall'), notifier('chat'))
    const incident = incidentOf()
    expect(happen(noon, opened(incident))).toEqual(
      ['oncall', 'chat'].map(id => ({
        id: `${incident.id}~${id}~opened~${noon}`,
        notifier: id,
        occasion: 'opened',
        incidents: [incident.id],
        createdAt: noon,
        dueAt: noon + group,
        tries: 0,
        state: 'waiting',
      })),
    )
  })

  test.each([
    ['severity', { severities: ['p0'] }],
    ['owner', { owners: ['design'] }],
    ['system', { systems: ['other'] }],
  ] as const)('is not told to those who are for another %s', (_what, audience) => {
    const { happen } = desk(notifier('oncall', { audience }))
    expect(happen(noon, opened(incidentOf()))).toEqual([])
  })

  test('without an owner is not for those who are for some owners only', () => {
    const { owner: _, ...incident } = incidentOf()
    expect(desk(notifier('team', { audience: { owners: ['backend'] } })).happen(noon, opened(incident))).toEqual([])
  })

  test('shares one message with all that open within the same moments', () => {
    const { happen, waiting } = desk(notifier('oncall'))
    const incidents = Array.from({ length: 500 }, (_, index) => incidentOf({ system: `shop-${index}` }))
    for (const [index, incident] of incidents.entries()) happen(noon + index * 10, opened(incident))
    expect(waiting()).toHaveLength(1)
    expect(waiting()[0]).toMatchObject({ dueAt: noon + group, incidents: incidents.map(({ id }) => id) })
  })

  test('shares none with one that opened long before', () => {
    const { happen, waiting, send } = desk(notifier('oncall'))
    happen(noon, opened(incidentOf()))
    send(noon + group)
    const openedAt = noon + minute
    happen(openedAt, opened(incidentOf({ system: 'other', openedAt })))
    expect(waiting()).toMatchObject([{ incidents: [expect.stringContaining('other')], dueAt: openedAt + group }])
  })

  test.each(['p0', 'p1'] as const)('is told at once, and the rest of a storm of %s in one message', severity => {
    const { happen, send } = desk(notifier('oncall'))
    const sent: Notification[] = []
    const storm = Array.from({ length: 500 }, (_, index) =>
      incidentOf({ system: `shop-${index}`, severity, openedAt: noon + index * 60 }),
    )
    for (let now = noon; now <= noon + 2 * minute; now += 60) {
      sent.push(...send(now))
      for (const incident of storm.filter(({ openedAt }) => openedAt === now)) happen(now, opened(incident))
    }
    expect(sent.map(({ dueAt }) => dueAt)).toEqual(
      severity === 'p0' ? [noon + 1_000, expect.any(Number)] : [noon + group, expect.any(Number)],
    )
    expect(sent.flatMap(({ incidents }) => incidents)).toEqual(storm.map(({ id }) => id))

    const ends: Notification[] = []
    for (let now = noon + hour; now <= noon + hour + 2 * minute; now += 60) {
      ends.push(...send(now))
      for (const incident of storm.filter(({ openedAt }) => openedAt + hour === now))
        happen(now, then(incident, 'resolved', now))
    }
    expect(ends).toHaveLength(2)
  })

  test('waits for no storm of what is less bad', () => {
    const { happen, send } = desk(notifier('oncall'))
    happen(noon, opened(incidentOf()))
    send(noon + group)
    const worst = incidentOf({ system: 'other', severity: 'p0', openedAt: noon + group + 1 })
    expect(happen(noon + group + 1, opened(worst))).toMatchObject([{ dueAt: noon + group + 1_001 }])
  })

  test('goes at once when it is the worst', () => {
    const { happen } = desk(notifier('oncall'))
    expect(happen(noon, opened(incidentOf({ severity: 'p0' })))).toMatchObject([{ dueAt: noon + 1_000 }])
  })

  test('takes along what waits when it is the worst', () => {
    const { happen, waiting } = desk(notifier('oncall'))
    happen(noon, opened(incidentOf()))
    happen(noon + 3_000, opened(incidentOf({ system: 'other', severity: 'p0', openedAt: noon + 3_000 })))
    expect(waiting()).toMatchObject([{ dueAt: noon + 4_000, incidents: { length: 2 } }])
  })

  test('waits for others when the worst goes on to happen', () => {
    const { happen, waiting, send } = desk(notifier('oncall'))
    happen(noon, opened(incidentOf({ severity: 'p0' })))
    send(noon + 1_000)
    for (const at of [2_000, 4_000, 9_000])
      happen(noon + at, opened(incidentOf({ system: `other-${at}`, severity: 'p0', openedAt: noon + at })))
    expect(waiting()).toMatchObject([{ dueAt: noon + 31_000, incidents: { length: 3 } }])
  })

  test('is told alone to a receiver that groups by itself, without waiting', () => {
    const { happen } = desk(notifier('pager', { single: true }))
    const both = happen(noon, opened(incidentOf()), opened(incidentOf({ system: 'other' })))
    expect(both).toMatchObject([{ dueAt: noon }, { dueAt: noon }])
  })

  test('is told to those whom it concerns only after it became worse', () => {
    const { happen } = desk(notifier('manager', { audience: { severities: ['p0'] } }))
    const incident = incidentOf()
    expect(happen(noon, opened(incident))).toEqual([])
    const worse = { ...incident, severity: 'p0' } as const
    expect(happen(noon + minute, then(worse, 'joined', noon + minute))).toMatchObject([{ occasion: 'opened' }])
  })
})

describe('trouble of Vedette itself', () => {
  const blind = incidentOf({ system: 'vedette', cause: 'blind' })
  const silent = incidentOf({
    system: 'vedette',
    cause: 'channel',
    affected: [affectedOf('channel/chat')],
  })

  test('concerns everybody, whatever systems and owners they are for', () => {
    const { happen } = desk(notifier('team', { audience: { systems: ['shop'], owners: ['design'] } }))
    expect(happen(noon, opened(blind))).toHaveLength(1)
  })

  test('with a channel is told through all others', () => {
    const { happen } = desk(notifier('chat'), notifier('mail'), notifier('pager'))
    expect(happen(noon, opened(silent)).map(({ notifier }) => notifier)).toEqual(['mail', 'pager'])
  })

  test('with a channel is told through others also when none of them is for it', () => {
    const { happen } = desk(notifier('chat'), notifier('mail', { audience: { severities: ['p0'] } }))
    expect(happen(noon, opened(silent)).map(({ notifier }) => notifier)).toEqual(['mail'])
  })
})

describe('an incident that ends', () => {
  test('before its message left is told to nobody, and the record says why', () => {
    const { happen, records } = desk(notifier('oncall'))
    const incident = incidentOf()
    happen(noon, opened(incident))
    happen(noon + 5_000, then(incident, 'resolved', noon + 5_000))
    expect(records()).toMatchObject([{ state: 'dropped', endedAt: noon + 5_000, why: 'the incident ended before' }])
  })

  test('leaves the others of its message alone', () => {
    const { happen, records } = desk(notifier('oncall'))
    const [first, second] = [incidentOf(), incidentOf({ system: 'other' })]
    happen(noon, opened(first), opened(second))
    happen(noon + 5_000, then(first, 'resolved', noon + 5_000))
    expect(records()).toMatchObject([
      { state: 'waiting', incidents: [second.id] },
      { state: 'dropped', incidents: [first.id], why: 'the incident ended before' },
    ])
  })

  test('is told to those who were told of it, and to nobody else', () => {
    const { happen, send, waiting } = desk(
      notifier('oncall'),
      notifier('manager', { audience: { unacknowledgedFor: 15 * minute } }),
    )
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + group)
    happen(noon + minute, then(incident, 'resolved', noon + minute))
    expect(waiting()).toMatchObject([{ notifier: 'oncall', occasion: 'resolved', dueAt: noon + minute + group }])
  })

  test('is told when its message may have arrived', () => {
    const { happen, send, records } = desk(notifier('oncall'))
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + group, { trouble: 'no answer', dueAt: noon + minute })
    happen(noon + 30_000, then(incident, 'resolved', noon + 30_000))
    expect(records()).toMatchObject([
      { state: 'dropped', occasion: 'opened', why: 'the incident ended: that is told in its place' },
      { state: 'waiting', occasion: 'resolved' },
    ])
  })

  test('is not told to somebody who refused to hear of it', () => {
    const { happen, send, waiting } = desk(notifier('oncall'))
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + group, { state: 'dead', trouble: 'found 401' })
    happen(noon + minute, then(incident, 'resolved', noon + minute))
    expect(waiting()).toEqual([])
  })

  test('shares its message with others that end', () => {
    const { happen, send, waiting } = desk(notifier('oncall'))
    const incidents = ['a', 'b', 'c'].map(system => incidentOf({ system }))
    happen(noon, ...incidents.map(opened))
    send(noon + group)
    happen(noon + minute, ...incidents.map(incident => then(incident, 'resolved', noon + minute)))
    expect(waiting()).toMatchObject([{ occasion: 'resolved', incidents: { length: 3 } }])
  })

  test('is told once', () => {
    const { happen, send } = desk(notifier('oncall'))
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + group)
    happen(noon + minute, then(incident, 'resolved', noon + minute))
    expect(happen(noon + minute, then(incident, 'resolved', noon + minute))).toEqual([])
  })
})

describe('quiet hours', () => {
  const late = Date.UTC(2026, 0, 5, 23)
  const morning = Date.UTC(2026, 0, 6, 7)

  test('make a message wait, and say until when', () => {
    const { happen } = desk(notifier('chat', { quiet: night }))
    expect(happen(late, opened(incidentOf({ openedAt: late })))).toMatchObject([
      { dueAt: morning, why: 'quiet hours until 07:00 UTC' },
    ])
  })

  test('hold nothing back that is severe enough', () => {
    const { happen } = desk(notifier('chat', { quiet: night }))
    expect(happen(late, opened(incidentOf({ severity: 'p0', openedAt: late })))).toMatchObject([
      { dueAt: late + 1_000 },
    ])
  })

  test('end for an incident that becomes severe enough, and for no other of its message', () => {
    const { happen, waiting } = desk(notifier('chat', { quiet: night }))
    const [first, second] = ['a', 'b'].map(system => incidentOf({ system, openedAt: late }))
    happen(late, opened(first!), opened(second!))
    happen(late + hour, then({ ...first!, severity: 'p0' }, 'joined', late + hour))
    expect(waiting()).toMatchObject([
      { incidents: [second!.id], dueAt: morning },
      { incidents: [first!.id], dueAt: late + hour + 1_000 },
    ])
  })

  test('leave one message for the morning, without what ended in the night', () => {
    const { happen, waiting } = desk(notifier('chat', { quiet: night }))
    const incidents = [0, 1, 2].map(index => incidentOf({ system: `s${index}`, openedAt: late + index * hour }))
    for (const incident of incidents) happen(incident.openedAt, opened(incident))
    happen(late + 4 * hour, then(incidents[1]!, 'resolved', late + 4 * hour))
    expect(waiting()).toMatchObject([{ dueAt: morning, incidents: [incidents[0]!.id, incidents[2]!.id] }])
  })
})

describe('escalation', () => {
  const manager = notifier('manager', { audience: { unacknowledgedFor: 15 * minute } })

  test('comes when nobody has acknowledged for so long', () => {
    const { happen } = desk(manager)
    expect(happen(noon, opened(incidentOf()))).toMatchObject([
      { occasion: 'escalated', dueAt: noon + 15 * minute, why: 'unless somebody acknowledges within 15m' },
    ])
  })

  test('does not come when somebody has', () => {
    const { happen, records } = desk(manager)
    const incident = incidentOf()
    happen(noon, opened(incident))
    happen(noon + minute, then(incident, 'acknowledged', noon + minute))
    expect(records()).toMatchObject([{ state: 'dropped', why: 'acknowledged by mia' }])
  })

  test('is not begun by what happens after somebody has', () => {
    const { happen, waiting } = desk(manager)
    const incident = incidentOf()
    happen(noon, opened(incident))
    const taken = then(incident, 'acknowledged', noon + minute)
    happen(noon + minute, taken)
    happen(noon + 2 * minute, then(taken.incident, 'joined', noon + 2 * minute))
    expect(waiting()).toEqual([])
  })

  test('hears of the end once it was told', () => {
    const { happen, send, waiting } = desk(manager)
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + 15 * minute)
    happen(noon + hour, then(incident, 'resolved', noon + hour))
    expect(waiting()).toMatchObject([{ occasion: 'resolved', notifier: 'manager' }])
  })
})

describe('news about an incident that is known', () => {
  const scene = (recipient = notifier('chat')) => {
    const incident = incidentOf()
    const all = desk(recipient)
    all.happen(noon, opened(incident))
    return { ...all, incident }
  }

  test('is not sent while the first message waits, which will tell it', () => {
    const { happen, incident } = scene()
    expect(happen(noon + 1_000, then(incident, 'joined', noon + 1_000))).toEqual([])
  })

  test('is gathered for a minute', () => {
    const { happen, send, incident, waiting } = scene()
    send(noon + group)
    for (const at of [20_000, 30_000, 40_000]) happen(noon + at, then(incident, 'joined', noon + at))
    expect(waiting()).toMatchObject([{ occasion: 'changed', dueAt: noon + 20_000 + minute }])
  })

  test('goes at once when somebody takes care, with what was gathered', () => {
    const { happen, send, incident, waiting } = scene()
    send(noon + group)
    happen(noon + 20_000, then(incident, 'joined', noon + 20_000))
    happen(noon + 30_000, then(incident, 'acknowledged', noon + 30_000))
    expect(waiting()).toMatchObject([{ occasion: 'acknowledged', dueAt: noon + 30_000 }])
  })

  test('is sent only to those who want it', () => {
    const { happen, send, incident } = scene(notifier('chat', { audience: { occasions: ['acknowledged'] } }))
    send(noon + group)
    expect(happen(noon + minute, then(incident, 'joined', noon + minute))).toEqual([])
    expect(happen(noon + minute, then(incident, 'acknowledged', noon + minute))).toHaveLength(1)
  })

  test('is none when it is about what we did ourselves', () => {
    const { happen, send, incident } = scene()
    send(noon + group)
    expect(happen(noon + minute, then(incident, 'escalated', noon + minute))).toEqual([])
    expect(happen(noon + minute, then(incident, 'reminded', noon + minute))).toEqual([])
  })
})

describe('a reminder', () => {
  const oncall = notifier('oncall', { remindEvery: hour })

  test('follows the message that was delivered, and each reminder', () => {
    const { happen, send, waiting } = desk(oncall)
    happen(noon, opened(incidentOf()))
    expect(waiting().map(({ occasion }) => occasion)).toEqual(['opened'])
    send(noon + group)
    expect(waiting()).toMatchObject([{ occasion: 'reminder', dueAt: noon + group + hour }])
    send(noon + group + hour)
    expect(waiting()).toMatchObject([{ occasion: 'reminder', dueAt: noon + group + 2 * hour }])
  })

  test('is about all that are open, in one message', () => {
    const { happen, send, waiting } = desk(oncall)
    const incidents = ['a', 'b', 'c'].map(system => incidentOf({ system }))
    happen(noon, ...incidents.map(opened))
    send(noon + group)
    happen(noon + minute, then(incidents[1]!, 'resolved', noon + minute))
    expect(waiting().find(({ occasion }) => occasion === 'reminder')).toMatchObject({
      incidents: [incidents[0]!.id, incidents[2]!.id],
    })
  })

  test('is not needed once somebody takes care', () => {
    const { happen, send, records } = desk(oncall)
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + group)
    happen(noon + minute, then(incident, 'acknowledged', noon + minute))
    expect(records().find(({ occasion }) => occasion === 'reminder')).toMatchObject({
      state: 'dropped',
      why: 'acknowledged by mia',
    })
  })
})

describe('a review', () => {
  test('drops what waits for a notifier that is gone', () => {
    const before = desk(notifier('oncall'))
    before.happen(noon, opened(incidentOf()))
    const after = reviewNotifications({
      notifiers: [],
      known: before.records(),
      incident: id => before.incidents.get(id),
      group,
      now: noon,
    })
    expect(after).toMatchObject([{ state: 'dropped', why: 'its notifier is not configured any more' }])
  })

  test('tries openings again that were refused, as if nobody had been told', () => {
    const { happen, send, review, waiting } = desk(notifier('oncall'))
    const incident = incidentOf()
    happen(noon, opened(incident))
    send(noon + group, { state: 'dead', trouble: 'found 401' })
    expect(review(noon + minute)).toMatchObject([{ state: 'waiting', tries: 0, dueAt: noon + minute }])
    happen(noon + minute, then(incident, 'resolved', noon + minute))
    expect(waiting()).toEqual([])
  })

  test('leaves everything else alone', () => {
    const { happen, send, review } = desk(notifier('oncall'))
    happen(noon, opened(incidentOf()))
    expect(review(noon)).toEqual([])
    send(noon + group)
    expect(review(noon)).toEqual([])
  })
})

describe('as the assessment platform escalates (ASM-22)', () => {
  // Payment, security and data loss at once; slowness to DevOps, features to product, integration to engineering; appearance to design.
  const teams = ['revenue', 'security', 'database', 'devops', 'product', 'engineering', 'design']
  const { happen } = desk(
    ...teams.map(team =>
      notifier(team, { audience: { owners: [team] }, ...(team === 'design' ? { quiet: night } : {}) }),
    ),
    notifier('pager', { audience: { severities: ['p0'] }, single: true }),
  )
  const evening = Date.UTC(2026, 0, 5, 23)

  test.each([
    ['a failed payment', 'p0', 'revenue', ['revenue', 'pager'], 1_000],
    ['a security breach', 'p0', 'security', ['security', 'pager'], 1_000],
    ['lost data', 'p0', 'database', ['database', 'pager'], 1_000],
    ['slowness', 'p1', 'devops', ['devops'], group],
    ['a failed feature', 'p1', 'product', ['product'], group],
    ['a failed integration', 'p1', 'engineering', ['engineering'], group],
    ['a fault of appearance', 'p2', 'design', ['design'], 8 * hour],
  ] as const)('%s (%s) goes to %s', (what, severity, owner, expected, wait) => {
    const planned = happen(evening, opened(incidentOf({ id: what, severity, owner, openedAt: evening })))
    expect(planned.map(({ notifier }) => notifier)).toEqual(expected)
    expect(planned[0]!.dueAt - evening).toBe(wait)
  })
})

test('a drill goes at once to all it is planned for, quiet hours or not', () => {
  const { drill } = desk(notifier('chat', { quiet: { ...night, from: 0, to: 1_439 } }), notifier('mail'))
  const planned = drill(noon, incidentOf({ drill: true }))
  expect(planned).toMatchObject([
    { notifier: 'chat', occasion: 'drill', dueAt: noon },
    { notifier: 'mail', occasion: 'drill', dueAt: noon },
  ])
})

test('a drill that somebody mistakes for an incident tells nobody', () => {
  expect(desk(notifier('chat')).happen(noon, opened(incidentOf({ drill: true })))).toEqual([])
})
