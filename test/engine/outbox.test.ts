import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../runner/core/notifications.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import { affectedOf, happening, incidentOf, noon } from '../support/incidents.ts'
import { fakeNotifier, telling } from './telling.ts'

const minute = 60_000
const later = (trouble = 'found 503', after?: number): Delivery => ({
  outcome: 'later',
  trouble,
  ...(after === undefined ? {} : { after }),
})
const incident = incidentOf()
const opened = (given = incident) => happening(given, 'opened', given.openedAt)
const resolved = (at: number, given = incident) => happening(given, 'resolved', at)

describe('a message', () => {
  test('is sent when its group has waited, and recorded', async () => {
    const oncall = fakeNotifier('oncall')
    const { clock, happen, records, events } = await telling([oncall])
    await happen(opened())
    await clock.advance(9_999)
    expect(oncall.asked).toEqual([])
    await clock.advance(1)
    expect(oncall.asked).toMatchObject([{ occasion: 'opened', incidents: [{ incident: { id: incident.id } }] }])
    expect(await records()).toMatchObject([{ state: 'delivered', tries: 1, endedAt: noon + 10_000 }])
    expect(events.map(({ state, tries }) => `${state} ${tries}`)).toEqual(['waiting 0', 'waiting 1', 'delivered 1'])
  })

  test('is marked as tried in the store before it leaves', async () => {
    const oncall = fakeNotifier('oncall')
    const { clock, happen, store } = await telling([oncall])
    const seen: unknown[] = []
    oncall.answer = async () => {
      seen.push(...(await store.kept('notification')))
      return { outcome: 'delivered' }
    }
    await happen(opened())
    await clock.advance(10_000)
    expect(seen).toMatchObject([{ state: 'waiting', tries: 1 }])
  })

  test('that fails is tried again with the same id, ever more slowly', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later()
    const { clock, happen, records } = await telling([oncall])
    await happen(opened())
    const pauses: number[] = []
    for (let before = noon + 10_000; pauses.length < 8; ) {
      const asked = oncall.asked.length
      while (oncall.asked.length === asked) await clock.advance(1_000)
      if (asked > 0) pauses.push((clock.now() - before) / 1_000)
      before = clock.now()
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300])
    expect(new Set(oncall.asked.map(({ id }) => id))).toHaveLength(1)
    expect(await records()).toMatchObject([{ state: 'waiting', tries: 9, trouble: 'found 503' }])
  })

  test('waits as long as the receiver wants', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later('found 429', 90_000)
    const { clock, happen } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000)
    await happen(opened(incidentOf({ system: 'other', openedAt: noon + 10_000 })))
    await clock.advance(89_999)
    expect(oncall.asked).toHaveLength(1)
    oncall.answer = { outcome: 'delivered' }
    await clock.advance(1)
    expect(oncall.asked).toHaveLength(3)
  })

  test('does not wait for a day because a receiver says so', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later('found 429', 86_400_000)
    const { clock, happen } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000 + 60 * minute)
    expect(oncall.asked).toHaveLength(2)
  })

  test('whose notifier throws, or hangs and hears no signal, is tried again', async () => {
    const [thrower, hanger] = [fakeNotifier('thrower'), fakeNotifier('hanger')]
    thrower.answer = () => {
      throw new Error('it broke')
    }
    hanger.answer = 'hang'
    const { clock, happen, records } = await telling([thrower, hanger])
    await happen(opened())
    await clock.advance(10_000 + 30_000)
    expect(await records()).toMatchObject([
      { notifier: 'thrower', state: 'waiting', trouble: 'it broke' },
      { notifier: 'hanger', state: 'waiting', trouble: 'expected it to be taken within 30s, found no end' },
    ])
  })

  test('that is refused is kept as a dead letter, with the reason', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = { outcome: 'never', trouble: 'found 401' }
    const { clock, happen, records } = await telling([oncall])
    await happen(opened())
    await clock.advance(60 * minute)
    expect(oncall.asked).toHaveLength(1)
    expect(await records()).toMatchObject([{ state: 'dead', trouble: 'found 401', endedAt: noon + 10_000 }])
  })

  test('says the newest, however old it is', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later()
    const { clock, happen } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000)
    const grown = { ...incident, affected: [...incident.affected, affectedOf('orders')] }
    await happen(happening(grown, 'joined', noon + 12_000))
    await clock.advance(5_000)
    expect(oncall.asked[1]!.id).toBe(oncall.asked[0]!.id)
    expect(oncall.asked[1]!.incidents[0]!.incident.affected).toHaveLength(2)
  })

  test('holds no secret, and neither does what went wrong with it', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later('found hunter22 in the way')
    const { clock, happen, records } = await telling([oncall], {
      settings: { scrub: text => text.replaceAll('hunter22', '[secret]') },
    })
    await happen(opened({ ...incident, title: 'hunter22', affected: [affectedOf('a', { detail: 'found hunter22' })] }))
    await clock.advance(10_000)
    expect(JSON.stringify([oncall.asked, await records()])).not.toContain('hunter22')
  })

  test('has links to our pages where people reach them', async () => {
    const oncall = fakeNotifier('oncall')
    const { clock, happen } = await telling([oncall], { settings: { publicUrl: 'https://vedette.example.com' } })
    await happen(opened())
    await clock.advance(10_000)
    expect(oncall.asked[0]!.incidents[0]).toMatchObject({
      url: `https://vedette.example.com/incidents/${incident.id}`,
      runUrl: `https://vedette.example.com/runs/${incident.affected[0]!.firstFailure}`,
    })
  })

  test('is not put off when the clock is set back', async () => {
    const oncall = fakeNotifier('oncall')
    const { clock, happen } = await telling([oncall])
    await happen(opened())
    clock.step(-3 * 60 * minute)
    await clock.advance(minute)
    expect(oncall.asked).toHaveLength(1)
  })
})

describe('order', () => {
  test('the end waits for the beginning that is under way', async () => {
    const oncall = fakeNotifier('oncall')
    const { promise, resolve } = Promise.withResolvers<Delivery>()
    oncall.answer = () => promise
    const { clock, happen, records } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000)
    await happen(resolved(noon + 11_000))
    await clock.advance(15_000)
    expect(oncall.asked.map(({ occasion }) => occasion)).toEqual(['opened'])
    oncall.answer = { outcome: 'delivered' }
    resolve({ outcome: 'delivered' })
    await clock.advance(0)
    expect(oncall.asked.map(({ occasion }) => occasion)).toEqual(['opened', 'resolved'])
    expect((await records()).map(({ state }) => state)).toEqual(['delivered', 'delivered'])
  })

  test('a beginning that fails after the end has come is not tried again', async () => {
    const oncall = fakeNotifier('oncall')
    const { promise, resolve } = Promise.withResolvers<Delivery>()
    oncall.answer = () => promise
    const { clock, happen, records } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000)
    await happen(resolved(noon + 11_000))
    oncall.answer = { outcome: 'delivered' }
    resolve(later())
    await clock.advance(60 * minute)
    expect(oncall.asked.map(({ occasion }) => occasion)).toEqual(['opened', 'resolved'])
    expect((await records()).map(({ state, occasion }) => `${occasion} ${state}`).toSorted()).toEqual([
      'opened dropped',
      'resolved delivered',
    ])
  })

  test('what comes after a failure about the same incident waits; another incident does not', async () => {
    const oncall = fakeNotifier('oncall', { single: true })
    const other = incidentOf({ system: 'other' })
    oncall.answer = ({ incidents }) => (incidents[0]!.incident.id === incident.id ? later() : { outcome: 'delivered' })
    const { clock, happen } = await telling([oncall])
    await happen(opened())
    await happen(opened(other), happening(incident, 'acknowledged', noon))
    await happen(resolved(noon + 1_000, other))
    await clock.advance(2_000)
    expect(oncall.asked.map(({ occasion, incidents }) => `${occasion} ${incidents[0]!.incident.system}`)).toEqual([
      'opened shop',
      'opened other',
      'resolved other',
    ])
    oncall.answer = { outcome: 'delivered' }
    await clock.advance(10_000)
    expect(oncall.asked.slice(3).map(({ occasion }) => occasion)).toEqual(['opened', 'acknowledged'])
  })

  test('a notifier that hangs for an hour delays no other', async () => {
    const [hanger, oncall] = [fakeNotifier('hanger'), fakeNotifier('oncall')]
    hanger.answer = 'hang'
    const { clock, happen } = await telling([hanger, oncall])
    for (let step = 0; step < 60; step++) {
      const at = noon + step * minute
      await happen(opened(incidentOf({ system: `s${step}`, openedAt: at })))
      await clock.advance(minute)
      expect(oncall.asked).toHaveLength(step + 1)
      expect(oncall.asked.at(-1)!.at).toBe(at + 10_000)
    }
    hanger.answer = { outcome: 'delivered' }
    await clock.advance(10 * minute)
    const told = new Set(hanger.asked.flatMap(({ incidents }) => incidents.map(({ incident }) => incident.id)))
    expect(told).toHaveLength(60)
  })
})

describe('a channel', () => {
  test('that fails three times in a row is an alarm of its own, once, and its end too', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later()
    const { clock, happen, signals } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000 + 5_000)
    expect(signals).toEqual([])
    await clock.advance(10_000)
    expect(signals).toMatchObject([
      {
        id: 'channel/oncall',
        system: 'vedette',
        cause: 'channel',
        firing: true,
        detail:
          'expected it to deliver, found: found 503; `vedette drill --channel oncall` shows whether it delivers again',
      },
    ])
    await clock.advance(10 * minute)
    expect(signals).toHaveLength(1)
    oncall.answer = { outcome: 'delivered' }
    await clock.advance(10 * minute)
    expect(signals.map(({ firing }) => firing)).toEqual([true, false])
  })

  test('that delivers is none', async () => {
    const { clock, happen, signals } = await telling([fakeNotifier('oncall', { remindEvery: minute })])
    await happen(opened())
    await clock.advance(5 * minute)
    // An incident may be open from before the start: that it is over is said once.
    expect(signals.map(({ firing }) => firing)).toEqual([false])
  })

  test('that refuses is an alarm at once', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = { outcome: 'never', trouble: 'found 401' }
    const { clock, happen, signals } = await telling([oncall])
    await happen(opened())
    await clock.advance(10_000)
    expect(signals).toMatchObject([{ firing: true }])
  })

  test('that delivers again gets all that waits at once', async () => {
    const oncall = fakeNotifier('oncall', { single: true })
    oncall.answer = later()
    let chance = 0
    const random = () => {
      chance = (chance + 0.37) % 1
      return chance
    }
    const { clock, happen } = await telling([oncall], { random })
    const incidents = Array.from({ length: 20 }, (_, index) => incidentOf({ system: `s${index}` }))
    await happen(...incidents.map(opened))
    await clock.advance(20 * minute)
    oncall.answer = { outcome: 'delivered' }
    const before = oncall.asked.length
    while (oncall.asked.length === before) await clock.advance(1_000)
    expect(oncall.asked.slice(before)).toHaveLength(20)
    expect(Math.max(...oncall.asked.slice(before).map(({ at }) => at))).toBe(oncall.asked[before]!.at)
  })

  test('tells its state', async () => {
    const oncall = fakeNotifier('oncall')
    oncall.answer = later()
    const { clock, happen, notifications } = await telling([oncall])
    await happen(opened())
    expect(notifications.states()).toEqual([{ id: 'oncall', kind: 'fake', summary: 'Fake oncall', waiting: 0 }])
    await clock.advance(10_000)
    expect(notifications.states()).toMatchObject([{ waiting: 1, trouble: 'found 503' }])
    oncall.answer = { outcome: 'delivered' }
    await clock.advance(5_000)
    expect(notifications.states()).toMatchObject([{ waiting: 0, lastDeliveredAt: noon + 15_000 }])
  })
})

describe('a receiver that forgets', () => {
  test('is told again of all that is open and that it knows, and nothing of that is recorded', async () => {
    const manager = fakeNotifier('manager', { repeatEvery: minute })
    const { clock, happen, records } = await telling([manager])
    const other = incidentOf({ system: 'other' })
    await happen(opened(), opened(other))
    await clock.advance(10_000)
    await happen(resolved(noon + 20_000, other))
    await clock.advance(3 * minute)
    expect(manager.asked.slice(2).map(({ incidents }) => incidents.map(({ incident }) => incident.system))).toEqual([
      ['shop'],
      ['shop'],
      ['shop'],
    ])
    expect(await records()).toHaveLength(2)
    await happen(resolved(clock.now()))
    await clock.advance(5 * minute)
    expect(manager.asked.at(-1)).toMatchObject({ occasion: 'resolved' })
  })
})

describe('a store in trouble', () => {
  const brokenStore = () => {
    const store = createMemoryStore()
    const state = { how: 'well' as 'well' | 'refuses' | 'hangs' }
    return {
      state,
      store: {
        ...store,
        [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
        append: async (batch: Parameters<typeof store.append>[0]) => {
          if (state.how === 'refuses') throw new Error('the disk is full')
          if (state.how === 'hangs') return new Promise<void>(() => {})
          return store.append(batch)
        },
      },
    }
  }

  test('that refuses keeps nobody from being told, and gets it all when it is well again', async () => {
    const oncall = fakeNotifier('oncall')
    const { state, store } = brokenStore()
    const { clock, happen, records } = await telling([oncall], { store })
    state.how = 'refuses'
    await happen(opened())
    await clock.advance(10_000)
    expect(oncall.asked).toHaveLength(1)
    expect(await records()).toEqual([])
    state.how = 'well'
    await clock.advance(5_000)
    expect(await records()).toMatchObject([{ state: 'delivered', tries: 1 }])
  })

  test('that takes a plan late gets what has become of it', async () => {
    const { clock, happen, notifications } = await telling([fakeNotifier('oncall')])
    const keeps = notifications.plan([opened()])
    notifications.stored(keeps)
    await clock.advance(10_000)
    expect(notifications.newest(keeps)).toMatchObject([{ open: true, value: { state: 'delivered', tries: 1 } }])
    await happen(resolved(noon + 20_000))
    await clock.advance(10_000)
    expect(notifications.newest(keeps)).toEqual([])
  })

  test('that takes one plan and not yet the next gets it without the next', async () => {
    const { notifications } = await telling([fakeNotifier('oncall')])
    const first = notifications.plan([opened()])
    const second = notifications.plan([resolved(noon + 1_000)])
    expect(notifications.newest(first)).toMatchObject([{ value: { state: 'waiting', occasion: 'opened' } }])
    expect(notifications.newest(second)).toMatchObject([{ value: { state: 'dropped', occasion: 'opened' } }])
  })

  test('that hangs delays a message by two seconds', async () => {
    const oncall = fakeNotifier('oncall')
    const { state, store } = brokenStore()
    const { clock, happen } = await telling([oncall], { store })
    await happen(opened())
    state.how = 'hangs'
    await clock.advance(12_000)
    expect(oncall.asked).toHaveLength(1)
  })
})

describe('after a restart', () => {
  test('goes on with what waits, under the same id', async () => {
    const first = fakeNotifier('oncall')
    first.answer = later()
    const before = await telling([first])
    await before.happen(opened())
    await before.clock.advance(10_000)
    const stopped = before.notifications.stop()
    await before.clock.advance(5_000)
    await stopped
    const second = fakeNotifier('oncall')
    const after = await telling([second], { store: before.store, clock: before.clock })
    await after.clock.advance(10_000)
    expect(second.asked.map(({ id }) => id)).toEqual([first.asked[0]!.id])
    expect(await after.records()).toMatchObject([{ state: 'delivered', tries: 2 }])
  })

  test('knows whom to tell of the end', async () => {
    const first = fakeNotifier('oncall')
    const before = await telling([first])
    await before.happen(opened())
    await before.clock.advance(10_000)
    const second = fakeNotifier('oncall')
    const after = await telling([second, fakeNotifier('new')], { store: before.store, clock: before.clock })
    await after.happen(resolved(noon + minute))
    await after.clock.advance(10_000)
    expect(second.asked.map(({ occasion }) => occasion)).toEqual(['resolved'])
    expect((await after.records()).filter(({ notifier }) => notifier === 'new')).toEqual([])
  })

  test('knows when a notifier has delivered last', async () => {
    const before = await telling([fakeNotifier('oncall')])
    await before.happen(opened())
    await before.clock.advance(minute)
    const after = await telling([fakeNotifier('oncall')], { store: before.store, clock: before.clock })
    expect(after.notifications.states()).toMatchObject([{ lastDeliveredAt: noon + 10_000 }])
  })

  test('sends nothing for a notifier that is gone, and says why', async () => {
    const before = await telling([fakeNotifier('oncall')])
    await before.happen(opened())
    const after = await telling([fakeNotifier('other')], { store: before.store, clock: before.clock })
    expect(await after.records()).toMatchObject([{ state: 'dropped', why: 'its notifier is not configured any more' }])
  })

  test('keeps no record open of what is over', async () => {
    const { clock, happen, store, events } = await telling([fakeNotifier('oncall', { remindEvery: minute })])
    await happen(opened())
    await clock.advance(5 * minute)
    expect((await store.kept('notification', { open: true })).length).toBeGreaterThan(0)
    await happen(resolved(clock.now()))
    await clock.advance(minute)
    expect(await store.kept('notification', { open: true })).toEqual([])
    const delivered = events.filter(({ state }) => state === 'delivered').map(({ id }) => id)
    expect(new Set(delivered), 'each is told once').toHaveLength(delivered.length)
  })
})

test('a timeline hears who was called and who was reminded', async () => {
  const lines: string[] = []
  const { clock, happen } = await telling(
    [
      fakeNotifier('manager', { audience: { unacknowledgedFor: 15 * minute } }),
      fakeNotifier('oncall', { remindEvery: 10 * minute }),
    ],
    { onLine: (id, { kind, by }) => void lines.push(`${id} ${kind} ${by}`) },
  )
  await happen(opened())
  await clock.advance(16 * minute)
  expect(lines).toEqual([`${incident.id} reminded oncall`, `${incident.id} escalated manager`])
})

test('an incident that nobody is for is told to the log', async () => {
  const { happen, log } = await telling([fakeNotifier('oncall', { audience: { severities: ['p0'] } })])
  await happen(opened())
  expect(log.lines).toMatchObject([{ level: 'warn', message: 'nobody is told: no notifier is for it' }])
})
