import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Problem } from '../core/contracts.ts'
import type { Configuration, Secret, Text } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import { shortestSecret } from '../core/redaction.ts'
import { isSecret } from './secret.ts'

/** The secrets of a generation, read when it was loaded. */
export interface SecretValues {
  /** The text itself, or the value of the secret. Throws RunnerFault for a secret that could not be read. */
  reveal(text: Text): string
  /** All values, for scrubbing. */
  readonly values: readonly string[]
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads every secret that a definition mentions; each that is missing is a mistake with its place. */
export function missingSecrets(
  configuration: Configuration,
  env: Env,
  folder: string,
  { telling }: { readonly telling: boolean },
): { readonly secrets: SecretValues; readonly problems: readonly Problem[] } {
  const ofSystems = configuration.systems.flatMap(system => [
    ...system.checks.flatMap(check =>
      (check.probe?.secrets ?? []).map(secret => ({ secret, path: [`system ${system.id}`, `check ${check.id}`] })),
    ),
    ...system.journeys.flatMap(source =>
      secretsIn(source.env).map(secret => ({ secret, path: [`system ${system.id}`, 'playwright', 'env'] })),
    ),
    ...system.load.flatMap(part =>
      secretsIn(part.env).map(secret => ({ secret, path: [`system ${system.id}`, `load ${part.id}`, 'env'] })),
    ),
  ])
  const switchUrl = configuration.alarms.deadMansSwitch?.url
  const ofNotifiers = [
    ...configuration.notifiers.flatMap(({ id, secrets }) =>
      secrets.map(secret => ({ secret, path: [`notifier ${id}`] })),
    ),
    ...(isSecret(switchUrl) ? [{ secret: switchUrl, path: ['alarms', 'deadMansSwitch', 'url'] }] : []),
  ].filter(({ secret }) => telling || typeof readSecret(secret, env, folder) === 'string')
  const read = [...ofSystems, ...ofNotifiers].map(place => ({ ...place, value: readSecret(place.secret, env, folder) }))
  const problems = read.flatMap(({ value, path, secret }): readonly Problem[] => {
    if (typeof value !== 'string') return [{ level: 'error', path, message: describeMissing(secret, value.why) }]
    return value.length < shortestSecret ? [{ level: 'warning', path, message: describeShort(secret) }] : []
  })
  return {
    secrets: {
      reveal(text) {
        if (!isSecret(text)) return text
        const value = readSecret(text, env, folder)
        if (typeof value !== 'string') throw new RunnerFault(describeMissing(text, value.why))
        return value
      },
      values: [...new Set(read.map(({ value }) => value).filter(value => typeof value === 'string'))],
    },
    problems,
  }
}

const secretsIn = (env: Readonly<Record<string, Text>>): readonly Secret[] => Object.values(env).filter(isSecret)

function readSecret({ source }: Secret, env: Env, folder: string): string | { readonly why: string } {
  if ('env' in source) return env[source.env] || { why: 'it is not set' }
  try {
    // A file made with `echo` ends with a line break that is no part of the secret.
    return readFileSync(resolve(folder, source.file), 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    return { why: (error as Error).message }
  }
}

function describeMissing({ source }: Secret, why: string): string {
  // What was given in place of a name may be the secret itself.
  if (typeof ('env' in source ? source.env : source.file) !== 'string')
    return "expected secret({ env: 'NAME' }) or secret({ file: '/run/secrets/name' }), found neither a variable nor a file; write one of them"
  return 'env' in source
    ? `expected the environment variable ${source.env} to hold a secret, found that ${why}; set it where Vedette is started`
    : `expected the file ${source.file} to hold a secret, found: ${why}; write it there, readable by Vedette`
}

const describeShort = ({ source }: Secret): string =>
  `expected a secret of ${shortestSecret} characters or more in ${'env' in source ? `the environment variable ${source.env}` : `the file ${source.file}`}, found a shorter one, which is not scrubbed from what is kept: it would fit any text`
