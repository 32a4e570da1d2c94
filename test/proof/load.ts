/** Promises under load: the real k6, in short time, against a healthy and a broken target. */

import type { CommandIo } from '../../runner/commands/command.ts'
import type { Loaded } from '../../runner/config/load-configuration.ts'
import type { LoadDefinition, System } from '../../runner/core/definitions.ts'
import type { LoadRun } from '../../runner/core/ports.ts'
import { scrubber } from '../../runner/core/redaction.ts'
import { planLoad, plannedDuration } from '../../runner/load/plan-load.ts'
import { runLoad } from '../../runner/load/run-load.ts'
import { type FoundK6, findK6, isK6, k6Folder } from '../../runner/system/k6.ts'
import type { Colour, Row } from './prove.ts'
import type { Provable } from './systems.ts'

export interface LoadProof {
  readonly loaded: Loaded
  readonly system: System
  readonly target: Provable
  readonly io: CommandIo
  /** Only these promises. Default: all that a profile has its limits from. */
  readonly only?: readonly string[]
  print(line: string): void
}

interface Profile {
  readonly id: string
  readonly load: LoadDefinition
  readonly profile: string
}

// Nine or ten minutes become eleven or twelve seconds: every stage is there, the limits are the promised ones.
const timeScale = 0.02

/** One row for each promise that a load profile takes its limits from. */
export async function proveLoad(proof: LoadProof): Promise<readonly Row[]> {
  const all = proof.system.load.flatMap(load =>
    Object.entries(load.profiles).flatMap(([profile, { from }]): readonly Profile[] =>
      from === undefined || !(proof.only?.includes(from) ?? true) ? [] : [{ id: from, load, profile }],
    ),
  )
  // The first profile that takes its limits from a promise is the promised load; others lighten it.
  const profiles = all.filter(({ id }, index) => all.findIndex(other => other.id === id) === index)
  const k6 =
    profiles.length === 0
      ? undefined
      : await findK6({ env: proof.io.env, caches: [k6Folder(`${proof.io.cwd}/.vedette`)] })
  if (k6 === undefined || !isK6(k6)) return profiles.map(profile => blind(profile, k6?.missing ?? 'no k6'))
  const healthy: LoadRun[] = []
  for (const profile of profiles) healthy.push(await runHealthy(proof, profile, k6))
  // These are to miss their limits, so they may be in each other's way.
  return Promise.all(profiles.map((profile, index) => proveBroken(proof, profile, k6, healthy[index]!)))
}

const checkOf = ({ load, profile }: Profile) => `load/${load.id}/${profile}`

const blind = (profile: Profile, note: string): Row => ({
  id: profile.id,
  how: 'fault',
  healthy: 'unknown',
  broken: 'unknown',
  checks: [checkOf(profile)],
  alsoRed: [],
  note,
})

/** The machine that offers the load is part of every figure: a busy moment gets a second chance. */
async function runHealthy(proof: LoadProof, profile: Profile, k6: FoundK6): Promise<LoadRun> {
  const first = await runOnce(proof, profile, k6, [])
  const healthy = first.verdict === 'passed' ? first : await runOnce(proof, profile, k6, [])
  proof.print(`${checkOf(profile)} healthy: ${healthy.verdict}`)
  return healthy
}

async function proveBroken(proof: LoadProof, profile: Profile, k6: FoundK6, healthy: LoadRun): Promise<Row> {
  if (!proof.target.breakable.includes(profile.id)) {
    return { ...blind(profile, 'the target cannot break it'), healthy: colour(healthy) }
  }
  const broken = await runOnce(proof, profile, k6, [profile.id])
  proof.print(`${checkOf(profile)} with ${profile.id} broken: ${broken.verdict}`)
  const notes = [
    `stages shortened to ${timeScale} of the promised time`,
    ...(healthy.verdict === 'passed' ? [] : [`healthy: ${healthy.detail ?? healthy.verdict}`]),
    ...(broken.verdict === 'failed' ? [] : [`broken: ${broken.detail ?? broken.verdict}`]),
  ]
  return { ...blind(profile, notes.join('; ')), healthy: colour(healthy), broken: colour(broken) }
}

const colour = ({ verdict }: LoadRun): Colour => (verdict === 'degraded' ? 'failed' : verdict)

async function runOnce(
  proof: LoadProof,
  { id, load, profile }: Profile,
  k6: FoundK6,
  broken: readonly string[],
): Promise<LoadRun> {
  const { loaded, system, target, io } = proof
  const instance = await target.start({ broken, covers: [id] })
  const planned = plannedDuration(planLoad(load, profile, system.requirements, timeScale)) ?? 0
  // A promise for ten minutes is broken in its second half: there the target's clock is moved, on the healthy one as well.
  const jump = target.loadClock?.[id]
  const cancel = jump === undefined ? () => {} : io.clock.timer(planned / 2, () => instance.control.advance(jump))
  try {
    return await runLoad({
      system,
      load,
      profile,
      urls: instance.urls,
      environment: loaded.environment,
      timeScale,
      signal: io.signal,
      clock: io.clock,
      k6,
      id: `proof-${id}-${broken.length === 0 ? 'healthy' : 'broken'}`,
      env: io.env,
      cwd: io.cwd,
      reveal: loaded.secrets.reveal,
      scrub: scrubber(loaded.secrets.values),
    })
  } finally {
    cancel()
    await instance.close()
  }
}
