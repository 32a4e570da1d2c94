import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { heartbeat } from '../../runner/config/heartbeat.ts'
import { defineSystem } from '../../runner/config/system.ts'
import { limit, type Requirement } from '../../runner/core/requirements.ts'
import { http } from '../../runner/probes/http.ts'

const promise = (id: string, metric: string, bound: object): Requirement => ({
  id,
  need: 'a backup is made',
  verify: 'heartbeat',
  threshold: [{ metric, ...bound } as never],
  broken: 'none is',
  source: 'Backups',
})
const requirements = [
  promise('COD-11', 'heartbeat_age_h', { lte: 26 }),
  promise('COD-65', 'oldest_backup_days', { gte: 7 }),
]
const system = (...checks: Parameters<typeof heartbeat>[]) =>
  defineSystem('shop', {
    url: 'http://127.0.0.1:1',
    requirements,
    checks: checks.map(([id, options]) => heartbeat(id, options)),
  })
const complaints = (...checks: Parameters<typeof heartbeat>[]) =>
  system(...checks).problems.map(({ path, message }) => `${path.slice(1).join(' › ')}: ${message}`)

test('the interval of a heartbeat can be the limit of a requirement: then there is no grace beyond it', () => {
  const { checks, problems } = system([
    'backup',
    { every: limit('COD-11'), facts: [limit('COD-65')], parts: ['database'], covers: ['COD-11', 'COD-65'] },
  ])
  expect(problems).toEqual([])
  expect(checks[0]).toMatchObject({
    schedule: { every: 26 * 3_600_000 },
    policy: { failures: 1 },
    retry: { attempts: 0 },
    heartbeat: { due: { every: 26 * 3_600_000 }, grace: 0, parts: ['database'] },
    probe: { kind: 'heartbeat', summary: 'signal every 1d 2h' },
  })
})

test.each([
  [{ every: '24h' }, { every: 86_400_000 }, 3_600_000],
  [{ every: '10m' }, { every: 600_000 }, 60_000],
  [{ every: '10m', grace: '5m' }, { every: 600_000 }, 300_000],
  [{ cron: '0 3 * * *', timezone: 'Europe/London' }, { cron: '0 3 * * *', timezone: 'Europe/London' }, 3_600_000],
] as const)('%j is due %j with grace %i', (options, due, grace) => {
  expect(heartbeat('backup', options).problems).toEqual([])
  expect(heartbeat('backup', options).heartbeat).toMatchObject({ due, grace })
})

test('a system of heartbeats needs no address, and one that is called does', () => {
  const heartbeats = defineSystem('jobs', { checks: [heartbeat('backup', { every: '1h' })] })
  expect(heartbeats).toMatchObject({ url: {}, revision: { origins: [] }, problems: [] })
  const called = defineSystem('jobs', { checks: [check('home', { probe: http('/') })] })
  expect(called.problems.map(({ message }) => message)).toEqual([
    "expected the system to have the address 'web', found no `url`; say where it is: url: 'https://…'",
  ])
})

test('mistakes are told with their place', () => {
  expect(complaints(['backup', {}])).toEqual([
    "heartbeat backup › every: expected `every` or `cron`, such as every: '24h', found neither",
  ])
  expect(complaints(['backup', { every: limit('COD-65') }])).toEqual([
    'heartbeat backup › every: expected an upper limit on heartbeat_age_h, found oldest_backup_days gte 7 of COD-65; write the interval as a duration',
  ])
  expect(complaints(['backup', { every: limit('COD-99') }])[0]).toContain(
    "limit('COD-99'): expected the id of a requir",
  )
  expect(complaints(['backup', { every: '24h', cron: '0 3 * * *' }])[0]).toContain('expected either `every` or `cron`')
  expect(complaints(['backup', { every: '1d', fact: [] } as never])[0]).toContain("found 'fact'; did you mean 'facts'?")
  expect(complaints(['backup', { every: '24h', grace: '2h' }])[0]).toContain(
    "expected each threshold once, found heartbeat_age_h 26 here and in COD-11; write limit('COD-11')",
  )
})
