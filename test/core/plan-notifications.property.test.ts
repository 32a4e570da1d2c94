/** What holds whatever happens: random lives of incidents, random receivers, random moments of sending. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Recipient, recipientsOf } from '../../runner/core/audience.ts'
import type { Incident, IncidentLine } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import { planNotifications, planReminders } from '../../runner/core/plan-notifications.ts'
import { afterQuiet } from '../../runner/core/quiet-hours.ts'
import { happening, incidentOf } from '../support/incidents.ts'

const group = 10_000
const minute = 60_000
const evening = Date.UTC(2026, 2, 28, 19)

const recipients: readonly Recipient[] = [
  { id: 'all', audience: {}, remindEvery: 20 * minute },
  {
    id: 'quiet',
    audience: { occasions: [] },
    quiet: { from: 22 * 60, to: 7 * 60, timezone: 'Europe/Berlin', except: ['p0'] },
  },
  { id: 'worst', audience: { severities: ['p0'] }, single: true },
  { id: 'manager', audience: { unacknowledgedFor: 15 * minute }, remindEvery: 30 * minute },
]

const steps = fc.array(
  fc.record({
    wait: fc.integer({ min: 0, max: 40 * minute }),
    incident: fc.integer({ min: 0, max: 3 }),
    act: fc.constantFrom('next', 'joined', 'acknowledged', 'resolved', 'send', 'send', 'send', 'worse'),
    outcomes: fc.array(fc.constantFrom('delivered', 'later', 'dead'), { minLength: 4, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 60 },
)

/** Plays one life and looks at the records after each step. */
function play(plan: typeof steps extends fc.Arbitrary<infer Steps> ? Steps : never) {
  const known = new Map<string, Notification>()
  const incidents = new Map<string, Incident>()
  const current = new Map<number, Incident>()
  // Pairs of notifier and incident of which something may have arrived, and those that were told of the end.
  const touched = new Set<string>()
  let now = evening
  const planning = () => ({
    notifiers: recipients,
    known: known.values(),
    incident: (id: string) => incidents.get(id),
    group,
    now,
  })
  const take = (records: readonly Notification[]) => {
    for (const record of records) known.set(record.id, record)
  }
  const happen = (incident: Incident, kind: IncidentLine['kind'], slot: number) => {
    const told = new Set(touched)
    const happened = happening(incident, kind, now)
    incidents.set(incident.id, happened.incident)
    current.set(slot, happened.incident)
    take(planNotifications({ ...planning(), happenings: [happened] }))
    if (kind === 'resolved') checkEnd(known, incident, told)
  }
  for (const { wait, incident: slot, act, outcomes } of plan) {
    now += wait
    const incident = current.get(slot)
    if (act === 'send') {
      const due = [...known.values()].filter(({ state, dueAt }) => state === 'waiting' && dueAt <= now)
      for (const [index, record] of due.entries()) {
        const outcome = outcomes[index % outcomes.length]!
        const state = outcome === 'later' ? 'waiting' : outcome
        const tried: Notification = {
          ...record,
          tries: record.tries + 1,
          state,
          dueAt: state === 'waiting' ? now + 5_000 : record.dueAt,
        }
        known.set(record.id, tried)
        if (outcome !== 'dead') for (const id of record.incidents) touched.add(`${record.notifier} ${id}`)
        if (state === 'delivered') take(planReminders(planning(), tried))
      }
    } else if (incident === undefined || incident.resolvedAt !== undefined) {
      const severity = (['p0', 'p1', 'p1', 'p2'] as const)[slot]!
      const fresh = incidentOf({ id: `i${slot}-${now}-${known.size}`, system: `s${slot}`, severity, openedAt: now })
      happen(fresh, 'opened', slot)
    } else if (act === 'worse') happen({ ...incident, severity: 'p0' }, 'joined', slot)
    else if (act === 'acknowledged' && incident.acknowledgedAt !== undefined) continue
    else happen(incident, act === 'next' ? 'joined' : act, slot)
    checkAlways(known, incidents, now)
  }
}

function checkEnd(known: ReadonlyMap<string, Notification>, { id }: Incident, told: ReadonlySet<string>) {
  for (const { id: notifier } of recipients) {
    const about = [...known.values()].filter(record => record.notifier === notifier && record.incidents.includes(id))
    const ends = about.filter(({ occasion }) => occasion === 'resolved')
    expect(ends).toHaveLength(told.has(`${notifier} ${id}`) ? 1 : 0)
    expect(about.filter(({ state, occasion }) => state === 'waiting' && occasion !== 'resolved')).toEqual([])
  }
}

function checkAlways(known: ReadonlyMap<string, Notification>, incidents: ReadonlyMap<string, Incident>, now: number) {
  const records = [...known.values()]
  for (const record of records) {
    const { notifier, quiet, single } = {
      ...recipients.find(({ id }) => id === record.notifier)!,
      notifier: record.notifier,
    }
    const about = record.incidents.map(id => incidents.get(id)!)
    expect(record.incidents.length, 'nothing is about nothing').toBeGreaterThan(0)
    expect(new Set(record.incidents).size).toBe(record.incidents.length)
    if (single) expect(record.incidents).toHaveLength(1)
    if (record.state === 'dropped') expect(record.why).toBeDefined()
    if (record.state !== 'waiting') continue
    if (record.tries === 0 && quiet !== undefined && !about.some(({ severity }) => severity === 'p0')) {
      // It may go a little early with what it is grouped with, and never earlier.
      expect(afterQuiet(quiet, record.dueAt) - record.dueAt, notifier).toBeLessThanOrEqual(group)
    }
    const open = about.filter(({ resolvedAt }) => resolvedAt === undefined)
    if (record.occasion !== 'resolved') expect(open).toHaveLength(about.length)
    if (record.occasion === 'reminder' || (record.occasion === 'escalated' && record.tries === 0))
      expect(about.some(({ acknowledgedAt }) => acknowledgedAt !== undefined)).toBe(false)
  }
  for (const incident of incidents.values()) {
    if (incident.resolvedAt !== undefined) continue
    for (const { id, audience } of recipientsOf(incident, recipients)) {
      const about = records.filter(record => record.notifier === id && record.incidents.includes(incident.id))
      const first = about.filter(({ occasion }) => occasion === 'opened' || occasion === 'escalated')
      expect(first.filter(({ state }) => state === 'waiting').length, 'one first message').toBeLessThanOrEqual(1)
      // Nobody whom it concerns is forgotten.
      const excused = audience.unacknowledgedFor !== undefined && incident.acknowledgedAt !== undefined
      if (!excused)
        expect(
          first.some(({ state }) => state !== 'dropped'),
          `${id} at ${now}`,
        ).toBe(true)
    }
  }
}

test('recovery goes to those who may know and to nobody else, nobody is forgotten, nothing is said out of time', () => {
  fc.assert(
    fc.property(steps, plan => play(plan)),
    { numRuns: 300 },
  )
})
