import { expect, test } from 'vitest'
import { maintenance } from '../../runner/config/maintenance.ts'
import type { Keep, WatchEvent } from '../../runner/core/ports.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { memoryStore } from '../support/memory-store.ts'
import { begin, configurationWith, minute, openAlarms } from './alarm-scene.ts'

const home = (round: number) => round * 3
const ada = { name: 'Ada' }

async function setUp(more: Partial<Parameters<typeof openAlarms>[0]> = {}) {
  const clock = fakeClock(begin)
  const store = memoryStore()
  const events: WatchEvent[] = []
  const opened = await openAlarms({ store, clock, onEvent: event => void events.push(event), ...more })
  const lines = () => events.flatMap(event => (event.kind === 'incident' ? [event.line.kind] : []))
  return { clock, store, events, lines, ...opened }
}

async function withIncident(more: Parameters<typeof setUp>[0] = {}) {
  const scene = await setUp(more)
  scene.record(home(0), 'failed')
  scene.record(home(1), 'failed')
  await scene.clock.advance(1_000)
  return { ...scene, id: scene.alarms.open()[0]!.id }
}

test('an incident is written with the result and the messages it led to, then told', async () => {
  const message: Keep = { kind: 'memory', id: 'a message', at: begin, value: 'x' }
  const { store, lines, planned, id } = await withIncident({ plan: () => [message] })
  expect(store.tries).toBe(1)
  expect(await store.keptOne('incident', id)).toMatchObject({ id, affected: [{ check: 'home' }] })
  expect(await store.keptOne('memory', 'a message')).toBe('x')
  expect(lines()).toEqual(['opened'])
  expect(planned).toEqual([[message]])
})

test('a store that takes nothing keeps nobody from being told, and gets the incident later', async () => {
  const { clock, store, record, lines, planned, alarms } = await setUp()
  store.failing = 'disk full'
  record(home(0), 'failed')
  record(home(1), 'failed')
  await clock.advance(1_000)
  expect(lines()).toEqual(['opened'])
  expect(planned).toHaveLength(1)
  store.failing = undefined
  await clock.advance(60_000)
  expect(await store.kept('incident', { open: true })).toEqual(alarms.open())
})

test('a restart goes on with what is open', async () => {
  const { clock, store, id, recorder } = await withIncident()
  await recorder.close()
  const next = await openAlarms({ store, clock })
  expect(next.alarms.open()).toMatchObject([{ id }])
  next.record(home(2), 'passed')
  await clock.advance(1_000)
  expect(next.alarms.open()).toEqual([])
  expect(await store.keptOne('incident', id)).toMatchObject({ resolvedAt: expect.any(Number) })
  expect(await store.kept('incident', { open: true })).toEqual([])
})

test('who acknowledges and notes is told when it is stored; what is not open is refused in words', async () => {
  const { clock, store, alarms, id, record } = await withIncident()
  const acknowledged = alarms.acknowledge(id, ada)
  await clock.advance(1_000)
  expect(await acknowledged).toMatchObject({ acknowledgedBy: 'Ada' })
  const noted = alarms.note(id, ada, 'restarted the database')
  await clock.advance(1_000)
  expect((await noted).timeline.at(-1)).toMatchObject({ kind: 'noted', by: 'Ada', text: 'restarted the database' })
  expect(await store.keptOne('incident', id)).toEqual(await noted)
  await expect(alarms.acknowledge('other', ada)).rejects.toThrow(/expected an incident, found none with the id 'other'/)
  record(home(2), 'passed')
  await clock.advance(1_000)
  await expect(alarms.note(id, ada, 'late')).rejects.toThrow(/expected an incident that is open, found .* resolved/)
})

test('runs in a declared window are marked, open nothing, and what is still down afterwards does', async () => {
  const { clock, store, alarms, record } = await setUp()
  const window = {
    id: 'upgrade',
    title: 'Upgrade',
    selection: ['shop/home'],
    when: { from: begin, to: begin + 30 * minute },
  }
  const declared = alarms.declareMaintenance(window)
  await clock.advance(1_000)
  await declared
  expect(alarms.maintenance()).toMatchObject([{ id: 'upgrade', active: true, until: begin + 30 * minute }])
  await expect(alarms.declareMaintenance(window)).rejects.toThrow(/found 'upgrade' twice/)
  record(home(0), 'failed')
  record(home(1), 'failed')
  record(home(1) + 1, 'failed')
  await clock.advance(1_000)
  expect(store.all.map(({ check, maintenance }) => [check, maintenance])).toEqual([
    ['home', true],
    ['home', true],
    ['cart', undefined],
  ])
  expect(alarms.open()).toEqual([])
  const ended = alarms.endMaintenance('upgrade')
  await clock.advance(1_000)
  await ended
  expect(await store.kept('maintenance')).toMatchObject([{ endedAt: expect.any(Number) }])
  await expect(alarms.endMaintenance('upgrade')).rejects.toThrow(/expected a maintenance window, found none/)
  record(home(11), 'failed')
  record(home(12), 'failed')
  expect(alarms.open()).toHaveLength(1)
})

test('windows of the configuration hold by their calendar, and a new generation brings its own', async () => {
  const every = maintenance('Nightly', { selection: ['*'], cron: '0 0 * * *', duration: '1h' })
  const { alarms, record, store, clock, configure } = await setUp({
    configuration: configurationWith({ maintenance: [every] }),
  })
  record(home(0), 'failed')
  record(home(30), 'failed')
  await clock.advance(1_000)
  expect(store.all.map(result => result.maintenance)).toEqual([true, undefined])
  const midnight = begin - (begin % (24 * 60 * minute))
  expect(alarms.maintenanceSpans('nightly', midnight - 24 * 60 * minute, midnight + minute)).toEqual(
    [midnight - 24 * 60 * minute, midnight].map(from => ({ from, to: from + 60 * minute })),
  )
  await expect(alarms.endMaintenance('nightly')).rejects.toThrow(/declared here, found 'nightly' of the configuration/)
  configure(configurationWith())
  expect(alarms.maintenance()).toEqual([])
})

test('time alone opens what a window kept silent and ends what was flapping', async () => {
  const { clock, alarms, record, lines } = await setUp()
  for (let round = 0; round < 6; round += 1) {
    record(home(round * 4), 'failed')
    record(home(round * 4 + 1), 'failed')
    record(home(round * 4 + 2), 'passed')
  }
  await clock.advance(1_000)
  expect(alarms.open()).toMatchObject([{ flapping: true }])
  await clock.advance(3 * 3_600_000)
  expect(alarms.open()).toEqual([])
  expect(lines().at(-1)).toBe('resolved')
})

test('a check that a new generation does not watch takes its incident with it', async () => {
  const { clock, alarms, configure } = await withIncident()
  configure({ ...configurationWith(), systems: [] })
  await clock.advance(1_000)
  expect(alarms.open()).toEqual([])
})

test('a signal opens an incident', async () => {
  const { clock, alarms, lines } = await setUp()
  const signal = {
    id: 'x',
    system: 'shop',
    cause: 'budget',
    severity: 'p0',
    title: 't',
    detail: 'd',
    at: begin,
  } as const
  alarms.signal({ ...signal, firing: true })
  alarms.signal({ ...signal, firing: false, at: begin + 1 })
  await clock.advance(1_000)
  expect(lines()).toEqual(['opened', 'recovered', 'resolved'])
  expect(alarms.open()).toEqual([])
})
