/** Trouble of every kind, and where it went. */

import type { Reason, Severity } from '../../../runner/core/contracts.ts'
import type { Check, System } from '../../../runner/core/definitions.ts'
import { slack } from '../../../runner/index.ts'
import type { Colour } from '../prove.ts'
import { type Lab, openLab, type Scene } from './alarm.ts'
import type { History } from './histories.ts'

interface Trouble {
  /** Of a check that covers it. */
  readonly promise: string
  readonly reason: Reason
  readonly severity: Severity
  readonly team: string
}

/** As the document has it. What is least bad comes first: nothing may join it. */
const troubles: readonly Trouble[] = [
  { promise: 'ASM-31', reason: 'assertion', severity: 'p2', team: 'design' },
  { promise: 'ASM-08', reason: 'assertion', severity: 'p1', team: 'product' },
  { promise: 'ASM-05', reason: 'assertion', severity: 'p1', team: 'engineering' },
  { promise: 'ASM-03', reason: 'slow', severity: 'p1', team: 'devops' },
  { promise: 'ASM-15', reason: 'assertion', severity: 'p0', team: 'database' },
  { promise: 'ASM-18', reason: 'assertion', severity: 'p0', team: 'security' },
  { promise: 'ASM-01', reason: 'assertion', severity: 'p0', team: 'revenue' },
]

const teams = troubles.map(({ team }) => team)
const urlOf = (place: string) => `https://${place}.invalid/hook`
const placeOf = (team: string) => slack({ id: team, url: urlOf(team), for: { owners: [team] } })

const checkOf = (promise: string, { checks }: System): Check => {
  const found = checks.find(({ covers }) => covers.includes(promise))
  if (found === undefined) throw new Error(`expected a check that covers ${promise}, found none`)
  return found
}

type Setting = (system: System) => Partial<Scene>

const tell =
  (setting: Setting, look: (lab: Lab) => Promise<Colour>): History['healthy'] =>
  async (pack, journeys) => {
    const system = { ...pack, checks: [...pack.checks, ...journeys] }
    await using lab = await openLab({ system, notifiers: teams.map(placeOf), ...setting(system) })
    for (const { promise, reason } of troubles) await lab.run(checkOf(promise, system).id, 5, reason)
    return await look(lab)
  }

const standing = (lab: Lab) => lab.standing('ASM-22')

/** The objective is kept, and each team has its own trouble and nobody else's. */
async function asDocumented(lab: Lab): Promise<Colour> {
  const expected = troubles.map(({ severity, team }) => `${urlOf(team)} OPEN: ${severity.toUpperCase()}`)
  const found = lab.received().map(({ url, text }) => `${url} ${text.slice(0, 'OPEN: P0'.length)}`)
  if (found.join('\n') !== expected.join('\n'))
    throw new Error(`expected ${expected.join(', ')}, found ${found.join(', ') || 'nothing'}`)
  return await standing(lab)
}

const payment =
  (change: Partial<Check>): Setting =>
  system => ({
    system: {
      ...system,
      checks: system.checks.map(check => (check.covers.includes('ASM-01') ? { ...check, ...change } : check)),
    },
  })
const onePlace: Setting = () => ({ notifiers: [slack({ id: 'all', url: urlOf('all') })] })
const oneNamedPlace: Setting = () => ({
  notifiers: [slack({ id: 'all', url: urlOf('all'), for: { owners: [...teams] } })],
})
const noPlace: Setting = () => ({ notifiers: teams.filter(team => team !== 'revenue').map(placeOf) })
/** Payments fail from the thirtieth minute on. */
const late: Setting = () => ({
  answer: (url, since) => (url === urlOf('revenue') && since < 33 * 60_000 ? 503 : 200),
})

export const escalationHistories: Readonly<Record<string, History>> = {
  'ASM-22': {
    checks: ['objective escalation'],
    healthy: tell(() => ({}), asDocumented),
    broken: [payment({ severity: 'p1' }), payment({ owner: 'design' }), onePlace, oneNamedPlace, noPlace, late].map(
      setting => tell(setting, standing),
    ),
  },
}
