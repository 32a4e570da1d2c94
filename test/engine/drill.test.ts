import { expect, test } from 'vitest'
import { drillIncident } from '../../runner/core/drill.ts'
import { watchedCheck } from '../support/fake-watch.ts'
import { noon } from '../support/incidents.ts'
import { fakeNotifier, telling } from './telling.ts'

const forever = new AbortController().signal
const incident = drillIncident({ environment: 'production', at: noon })
const checked = drillIncident({
  check: watchedCheck('shop', 'home', { severity: 'p0', owner: 'backend' }),
  environment: 'production',
  at: noon,
})

test('a drill goes to all notifiers at once, marked, and ends when all have it', async () => {
  const [chat, mail] = [fakeNotifier('chat'), fakeNotifier('mail')]
  const { notifications, store, signals } = await telling([chat, mail])
  const ended = await notifications.drill({ incident, signal: forever })
  expect(ended).toMatchObject([
    { notifier: 'chat', state: 'delivered', occasion: 'drill', tries: 1 },
    { notifier: 'mail', state: 'delivered', occasion: 'drill', tries: 1 },
  ])
  expect(chat.asked).toMatchObject([{ occasion: 'drill', incidents: [{ incident: { drill: true } }] }])
  expect(await store.kept('incident', { open: true })).toEqual([])
  expect(await store.kept('incident')).toMatchObject([{ drill: true, resolvedAt: noon }])
  expect(await store.kept('notification', { open: true })).toEqual([])
  expect(signals.map(({ firing }) => firing)).not.toContain(true)
})

test('a drill for a check goes to those who would be told of it, in the end', async () => {
  const { notifications } = await telling([
    fakeNotifier('backend', { audience: { owners: ['backend'] } }),
    fakeNotifier('design', { audience: { owners: ['design'] } }),
    fakeNotifier('manager', { audience: { severities: ['p0'], unacknowledgedFor: 900_000 } }),
  ])
  const ended = await notifications.drill({ incident: checked, signal: forever })
  expect(ended.map(({ notifier }) => notifier)).toEqual(['backend', 'manager'])
})

test('a drill for one channel goes to it alone, whatever it is for', async () => {
  const { notifications } = await telling([fakeNotifier('chat'), fakeNotifier('mail', { audience: { owners: ['x'] } })])
  const ended = await notifications.drill({ incident: checked, notifier: 'mail', signal: forever })
  expect(ended.map(({ notifier }) => notifier)).toEqual(['mail'])
})

test('a drill that would reach nobody is refused', async () => {
  const { notifications } = await telling([fakeNotifier('design', { audience: { owners: ['design'] } })])
  await expect(notifications.drill({ incident: checked, signal: forever })).rejects.toThrow(
    'expected somebody to be told, found no notifier for p0 in shop, whose owner is backend; notifiers: design',
  )
  await expect(notifications.drill({ incident, notifier: 'chta', signal: forever })).rejects.toThrow(
    "expected a notifier (design), found 'chta'",
  )
})

test('a channel that refuses a drill is an alarm', async () => {
  const chat = fakeNotifier('chat')
  chat.answer = { outcome: 'never', trouble: 'found 404' }
  const { notifications, signals } = await telling([chat])
  expect(await notifications.drill({ incident, signal: forever })).toMatchObject([
    { state: 'dead', trouble: 'found 404' },
  ])
  expect(signals).toMatchObject([{ id: 'channel/chat', firing: true }])
})

test('a drill that is not delivered in time says so, goes on, and is a dead letter after ten minutes', async () => {
  const chat = fakeNotifier('chat')
  chat.answer = { outcome: 'later', trouble: 'found 503' }
  const { notifications, clock, records, signals } = await telling([chat])
  const stop = new AbortController()
  const drill = notifications.drill({ incident, signal: stop.signal })
  await clock.advance(60_000)
  stop.abort()
  expect(await drill).toMatchObject([{ state: 'waiting', trouble: 'found 503' }])
  expect(signals).toMatchObject([{ firing: true }])
  await clock.advance(20 * 60_000)
  expect(await records()).toMatchObject([{ state: 'dead', trouble: 'not taken in time: found 503' }])
})

test('a drill that was cut short by a kill leaves nothing open', async () => {
  const chat = fakeNotifier('chat')
  chat.answer = 'hang'
  const before = await telling([chat])
  void before.notifications.drill({ incident, signal: forever })
  await before.clock.advance(1_000)
  const after = await telling([fakeNotifier('chat')], { store: before.store, clock: before.clock })
  await after.clock.advance(15_000)
  expect(await after.store.kept('notification', { open: true })).toEqual([])
})

test('a deploy goes to those who have a place for it, and is tried again for a minute', async () => {
  let tries = 0
  const pager = fakeNotifier('pager', {
    sendDeploy: async () => {
      tries += 1
      return tries < 3 ? { outcome: 'later', trouble: 'found 503' } : { outcome: 'delivered' }
    },
  })
  const { notifications, clock } = await telling([pager, fakeNotifier('chat')])
  const told = notifications.deploy({
    id: 'shop~abc~1',
    system: 'shop',
    environment: 'production',
    revision: 'abc',
    at: noon,
    by: 'hand',
  })
  await clock.advance(20_000)
  await told
  expect(tries).toBe(3)
})
