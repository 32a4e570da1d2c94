/** Promises about the alarms themselves. */

import { ownLimitProblems } from '../../../runner/config/own-limits.ts'
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
      return await lab.standing(promise)
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

/** What `validate` says of a check of health that was changed: refused is red. */
const refused =
  (change: (check: Check) => Check) =>
  async ({ requirements, checks }: System): Promise<Colour> => {
    const problems = checks
      .filter(({ id }) => id === 'health')
      .flatMap(check => ownLimitProblems(requirements, change(check)))
    return problems.length > 0 ? 'failed' : 'passed'
  }

/** Opens nothing before the third failure, and nothing in the first minute of a deploy; and `validate` takes it. */
const container = async (system: System): Promise<Colour> => {
  if ((await refused(check => check)(system)) !== 'passed') return 'failed'
  await using lab = await openLab({ system, notifiers: [chat] })
  const isOpen = () => lab.alarming.engine.open().length > 0
  await lab.run('health', 1)
  await lab.run('health', 1, 'connect')
  if (isOpen()) return 'failed'
  await lab.run('health', 0.5, 'connect')
  if (!isOpen()) return 'failed'
  await lab.run('health', 1)
  const at = lab.clock.now()
  lab.alarming.tell({
    id: 'new',
    system: system.id,
    environment: 'proof',
    revision: 'new',
    at: at + 40_000,
    by: 'hand',
  })
  // The third failure comes twenty seconds after the deploy.
  await lab.run('health', 1.5, 'connect')
  return isOpen() ? 'failed' : 'passed'
}

/** That nothing is seen any more is an incident, and that is red. */
const watched =
  (story: Story) =>
  async (system: System): Promise<Colour> => {
    await using lab = await openLab({ system, notifiers: [chat] })
    await lab.run('health', 5)
    await story(lab)
    return lab.alarming.engine.open().some(({ cause }) => cause === 'blind') ? 'failed' : 'passed'
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
    healthy: watched(lab => lab.run('health', 10)),
    broken: [watched(lab => lab.wait(10)), refused(check => ({ ...check, schedule: { every: 10 * minute } }))],
  },
  'COD-16': {
    checks: ['health'],
    healthy: container,
    broken: [
      refused(check => ({ ...check, policy: { ...check.policy, failures: 1 } })),
      refused(({ startGrace: _, ...check }) => check),
    ],
  },
  'COD-46': objective('COD-46', 'status-notice', outage(10), [[outage(10), hidden]]),
  'DNT-04': objective('DNT-04', 'detection', outage(10), [[outage(20), blindfolded]]),
  'DNT-05': objective('DNT-05', 'recovery', outage(20), [[outage(45)], [endless(45)]]),
  'DNT-06': objective('DNT-06', 'answers', answered, [[endless(30)]]),
  'DNT-41': objective('DNT-41', 'dashboard', async () => undefined, [[lab => lab.wait(5)]]),
  'ASM-23': objective('ASM-23', 'dashboard', async () => undefined, [[lab => lab.wait(5)]]),
  'DNT-11': {
    checks: ['drill'],
    healthy: drilled(),
    broken: [drilled({ answer: url => (url.includes('second') ? 500 : 200) })],
  },
}
