import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import type { Problem } from '../core/contracts.ts'
import type { Configuration } from '../core/definitions.ts'
import { expiredQuarantines } from './expired-quarantines.ts'
import { importGeneration } from './generations.ts'
import { locate } from './locate.ts'
import { unreadableFiles } from './named-files.ts'
import { narrow, type Selection } from './narrow.ts'
import { missingSecrets, type SecretValues } from './secret-values.ts'
import { inFolder } from './system.ts'
import { resolveUrls, type SystemUrls } from './urls.ts'

/** Of a configuration, the first that is there first. */
export const configurationNames = ['vedette.config.ts', 'vedette.config.mts', 'vedette.config.js', 'vedette.config.mjs']

export interface LoadRequest {
  /** The configuration file. Default: the nearest `vedette.config.*` in or above `cwd`. */
  readonly file?: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Overrides the configuration's environment. */
  readonly environment?: string
  /** `https://…`, `api=https://…` or `shop.api=https://…`; wins over variables and the configuration. */
  readonly urls?: readonly string[]
  /** Terms of the selection grammar: what is watched of it. Default: all. */
  readonly selection?: readonly string[]
  /** Notifiers will be used: their secrets have to be there. A gate tells nobody and needs none. */
  readonly telling?: boolean
  /** Epoch ms; what is past by then is told. Default: nothing is. */
  readonly now?: number
  /** 1 for the first load; the next number makes every file of the user be read again. */
  readonly generation?: number
}

/** A configuration as one generation sees it: definitions, addresses and secrets of one environment. */
export interface Loaded {
  /** With what was selected, and nothing else. */
  readonly configuration: Configuration
  readonly selection?: Selection
  readonly environment: string
  /** Addresses by system and name. */
  readonly urls: Readonly<Record<string, SystemUrls>>
  readonly secrets: SecretValues
  readonly problems: readonly Problem[]
  readonly file: string
  /** Every file of the user that was read. */
  readonly files: readonly string[]
}

/** A configuration that must not run. `problems` holds every mistake that was found. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly Problem[]
  readonly files: readonly string[]

  constructor(problems: readonly Problem[], files: readonly string[]) {
    super(problems.map(formatProblem).join('\n'))
    this.problems = problems
    this.files = files
  }
}

/** Loads and checks everything; throws ConfigurationError with all mistakes at once. Warnings alone come back in `problems`. */
export async function loadConfiguration(request: LoadRequest): Promise<Loaded> {
  const file = request.file === undefined ? findConfiguration(request.cwd) : resolve(request.cwd, request.file)
  if (file === undefined) {
    throw refused(
      `expected a configuration (${configurationNames[0]}) in ${request.cwd} or above, found none; \`vedette init\` writes one`,
    )
  }
  if (!existsSync(file)) throw refused(`expected a configuration file, found nothing at ${file}`)
  if (statSync(file).isDirectory())
    throw refused(`expected a configuration file such as ${configurationNames[0]}, found a folder at ${file}`)
  if (!/^\.m?[jt]s$/.test(extname(file)))
    throw refused(`expected a configuration file that ends in .ts, .mts, .js or .mjs, found ${file}`)
  const files: string[] = []
  let module: Readonly<Record<string, unknown>>
  try {
    module = (await importGeneration(file, request.generation ?? 1, files)).module
  } catch (error) {
    throw new ConfigurationError([importProblem(error, file, files)], files.length > 0 ? files : [file])
  }
  const given = module['default']
  if (!isConfiguration(given)) {
    throw new ConfigurationError(
      [
        {
          level: 'error',
          file,
          path: [],
          message: 'expected `export default defineConfig({ … })`, found no such default export',
        },
      ],
      files,
    )
  }
  const folder = dirname(file)
  const whole: Configuration = { ...given, systems: given.systems.map(system => inFolder(system, folder)) }
  const environment = request.environment ?? whole.environment
  const { urls, problems: urlProblems } = resolveUrls(whole.systems, environment, request.env, request.urls ?? [])
  const { secrets, problems: secretProblems } = missingSecrets(whole, request.env, folder, {
    telling: request.telling ?? false,
  })
  const { configuration, selection, problems: selectionProblems } = narrow(whole, request.selection ?? [])
  const problems = [
    ...whole.problems,
    ...urlProblems,
    ...secretProblems,
    ...unreadableFiles(whole),
    ...selectionProblems,
    ...(request.now === undefined ? [] : expiredQuarantines(whole.systems, request.now)),
  ].map(problem => locate(problem, files))
  if (problems.some(problem => problem.level === 'error')) throw new ConfigurationError(problems, files)
  return { configuration, selection, environment, urls, secrets, problems, file, files }
}

/** `vedette.config.ts:12 › check health › timeout: expected …`. */
export function formatProblem(problem: Problem): string {
  const place =
    problem.file === undefined ? [] : [problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`]
  const where = [...place, ...problem.path].join(' › ')
  return `${problem.level}: ${where === '' ? '' : `${where}: `}${problem.message}`
}

const refused = (message: string) => new ConfigurationError([{ level: 'error', path: [], message }], [])

function findConfiguration(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = configurationNames.map(name => join(folder, name)).find(path => existsSync(path))
    if (found !== undefined) return found
    if (dirname(folder) === folder) return undefined
  }
}

const isConfiguration = (value: unknown): value is Configuration =>
  typeof value === 'object' && value !== null && 'systems' in value && 'problems' in value && 'retention' in value

function importProblem(error: unknown, file: string, files: readonly string[]): Problem {
  // Anything can be thrown, null too.
  const known = Object(error) as { code?: string; message?: string; stack?: string }
  const message = known.message ?? String(error)
  const importer = / imported from (\/\S+?)(?:\?|$)/.exec(message)?.[1]
  const place = /(?:file:\/\/)?(\/[^\s:?]+\.m?[jt]s)(?:\?g=\d+)?:(\d+)/.exec(known.stack ?? '')
  const [, at, line] = place ?? []
  const hint =
    known.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
      ? ' (only TypeScript that can be erased runs: no enum, no namespace with values, no parameter properties)'
      : /does not provide an export named/.test(message)
        ? ' (a misspelt name, or a type, which must be imported with `import type`)'
        : known.code === 'ERR_MODULE_NOT_FOUND'
          ? message.startsWith('Cannot find package')
            ? ' (install it beside the configuration)'
            : ' (a relative import needs its full file name with `.ts`)'
          : ''
  // The stack of an import that failed names our own loader; only the user's files help.
  const usable = at !== undefined && (at === file || files.includes(at)) && readFileSync(at).length > 0
  return {
    level: 'error',
    file: usable ? at : (importer ?? file),
    ...(usable && line !== undefined ? { line: Number(line) } : {}),
    path: [],
    message: `expected the configuration to load, found that it threw ${message.replaceAll(/\?g=\d+/g, '')}${hint}`,
  }
}
