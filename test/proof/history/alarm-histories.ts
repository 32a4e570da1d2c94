/** Promises about the alarms themselves. */

import type { Check, System } from '../../../runner/core/definitions.ts'
import { slack } from '../../../runner/index.ts'
import type { Colour } from '../prove.ts'
import { type Lab, openLab, type Scene } from './alarm.ts'
import type { History } from './histories.ts'

const chat = slack({ id: 'chat', url: 'https://chat.invalid/hook' })
const second = slack({ id: 'second', url: 'https://second.invalid/hook' })
const minute = 60_000

type Story = (lab: Lab) => Promise<unknown>
type Setting = (system: System) => Partial<Scene> & { readonly system?: System }

/** The promise is judged by the objective that has its limits. */
const objective = (
  promise: string,
  id: string,
  healthy: Story,
  broken: readonly (readonly [Story, Setting?])[],
): History => {
  const tell =
    (story: Story, setting: Setting = () => ({})) =>
    async (system: System): Promise<Colour> => {
      await using lab = await openLab({ system, notifiers: [chat], ...setting(system) })
      await lab.run('health', 5)
      await story(lab)
      return lab.standing(promise)
    }
  return {
    checks: [`objective ${id}`],
    healthy: tell(healthy),
    broken: broken.map(([story, setting]) => tell(story, setting)),
  }
}

const outage =
  (minutes: number, after = 5): Story =>
  async lab => {
    await lab.run('health', minutes, 'connect')
    await lab.run('health', after)
  }

/** The outage goes on when somebody looks. */
const endless =
  (minutes: number): Story =>
  lab =>
    lab.run('health', minutes, 'connect')

const answered: Story = async lab => {
  await lab.run('health', 10, 'connect')
  const incident = lab.alarming.engine.open().find(({ cause }) => cause === 'unreachable')
  const done = lab.alarming.engine.acknowledge(incident!.id, { name: 'Ada' })
  await lab.run('health', 10, 'connect')
  await done
  await lab.run('health', 5)
}

const deaf: Setting = () => ({ answer: () => 500 })
const deafForSixMinutes: Setting = () => ({ answer: (_, since) => (since < 11 * minute ? 503 : 200) })
const nobody: Setting = () => ({ notifiers: [] })
const everythingDeaf: Setting = () => ({ notifiers: [chat, second], answer: () => 500 })
/** Twelve failures in a row at thirty seconds. */
const blindfolded: Setting = system => ({
  system: {
    ...system,
    checks: system.checks.map(check =>
      check.id === 'health' ? { ...check, policy: { ...check.policy, failures: 13 } } : check,
    ),
  },
})
const hidden: Setting = ({ status: _, ...system }) => ({ system })

const told = (promise: string) =>
  objective(promise, 'told', outage(10), [
    [outage(10), deaf],
    [outage(10), nobody],
  ])

/** Fails checks one after the other and looks who was told of each. */
async function teams(
  system: System,
  checks: readonly Check[],
  change: (check: Check) => Check = check => check,
): Promise<Colour> {
  const team = (owner: string, severities: ('p0' | 'p1' | 'p2')[]) =>
    slack({ id: owner, url: `https://${owner}.invalid/hook`, for: { owners: [owner], severities } })
  const notifiers = [
    ...['revenue', 'security', 'database'].map(owner => team(owner, ['p0'])),
    ...['devops', 'product'].map(owner => team(owner, ['p1'])),
    team('design', ['p2']),
  ]
  const journey = (id: string) => checks.find(({ covers }) => covers.includes(id))!.id
  const expected = [
    [journey('ASM-01'), 'assertion', 'revenue'],
    ['headers', 'assertion', 'security'],
    ['health', 'connect', 'database'],
    ['health-blue', 'slow', 'devops'],
    [journey('ASM-08'), 'assertion', 'product'],
  ] as const
  for (const [check, reason, owner] of expected) {
    await using lab = await openLab({ system, checks: checks.map(change), notifiers })
    await lab.run(check, 5, reason)
    const received = (await lab.sent()).filter(({ state }) => state === 'delivered').map(({ notifier }) => notifier)
    if (received.length !== 1 || received[0] !== owner) return 'failed'
  }
  return 'passed'
}

/** Opens nothing before the third failure, and nothing in the first minute of a deploy. */
const container =
  (change: (check: Check) => Check = check => check) =>
  async (system: System): Promise<Colour> => {
    const changed = { ...system, checks: system.checks.map(check => (check.id === 'health' ? change(check) : check)) }
    await using lab = await openLab({ system: changed, notifiers: [chat] })
    const isOpen = () => lab.alarming.engine.open().length > 0
    await lab.run('health', 1)
    await lab.run('health', 1, 'connect')
    if (isOpen()) return 'failed'
    await lab.run('health', 0.5, 'connect')
    if (!isOpen()) return 'failed'
    await lab.run('health', 1)
    lab.alarming.tell({
      id: 'new',
      system: system.id,
      environment: 'proof',
      revision: 'new',
      at: lab.clock.now() - 70_000,
      by: 'hand',
    })
    await lab.run('health', 1)
    const at = lab.clock.now()
    lab.alarming.tell({
      id: 'newer',
      system: system.id,
      environment: 'proof',
      revision: 'newer',
      at: at + 40_000,
      by: 'hand',
    })
    // The third failure comes twenty seconds after the deploy.
    await lab.run('health', 1.5, 'connect')
    return isOpen() ? 'failed' : 'passed'
  }

/** Ten minutes without a result are told, as long as the site is to be asked often enough. */
const watched =
  (change: (check: Check) => Check = check => check) =>
  async (system: System): Promise<Colour> => {
    const changed = { ...system, checks: system.checks.map(change) }
    await using lab = await openLab({ system: changed, notifiers: [chat] })
    await lab.run('health', 5)
    await lab.wait(10)
    return lab.alarming.engine.open().some(({ cause }) => cause === 'blind') ? 'passed' : 'failed'
  }

/** A drill says whether its message arrived. */
const drilled =
  (setting: Partial<Scene> = {}) =>
  async (system: System): Promise<Colour> => {
    await using lab = await openLab({ system, notifiers: [chat, second], ...setting })
    const deadline = new AbortController()
    const sent = lab.alarming.people.drill({ signal: deadline.signal })
    await lab.wait(11)
    deadline.abort()
    return (await sent).every(({ state }) => state === 'delivered') ? 'passed' : 'failed'
  }

export const alarmHistories: Readonly<Record<string, History>> = {
  'AGT-59': told('AGT-59'),
  'THR-33': told('THR-33'),
  'COD-67': objective('COD-67', 'told', outage(10), [
    [outage(20), deafForSixMinutes],
    [outage(10), everythingDeaf],
  ]),
  'COD-12': {
    checks: ['health', 'blindness'],
    healthy: watched(),
    broken: [watched(check => ({ ...check, schedule: { every: 10 * minute } }))],
  },
  'COD-16': {
    checks: ['health'],
    healthy: container(),
    broken: [
      container(check => ({ ...check, policy: { ...check.policy, failures: 1 } })),
      container(({ startGrace: _, ...check }) => check),
    ],
  },
  'COD-46': objective('COD-46', 'status-notice', outage(10), [[outage(10), hidden]]),
  'DNT-04': objective('DNT-04', 'detection', outage(10), [[outage(20), blindfolded]]),
  'DNT-05': objective('DNT-05', 'recovery', outage(20), [[outage(45)], [endless(45)]]),
  'DNT-06': objective('DNT-06', 'answers', answered, [[endless(30)]]),
  'DNT-41': objective('DNT-41', 'dashboard', async () => undefined, [[lab => lab.wait(5)]]),
  'ASM-23': objective('ASM-23', 'dashboard', async () => undefined, [[lab => lab.wait(5)]]),
  'ASM-22': {
    checks: ['alarms'],
    healthy: (system, checks) => teams(system, checks),
    broken: [
      (system, checks) =>
        teams(system, checks, check => (check.covers.includes('ASM-01') ? { ...check, severity: 'p1' } : check)),
      (system, checks) => teams(system, checks, check => ({ ...check, owner: 'design' })),
    ],
  },
  'DNT-11': {
    checks: ['drill'],
    healthy: drilled(),
    broken: [drilled({ answer: url => (url.includes('second') ? 500 : 200) })],
  },
}
