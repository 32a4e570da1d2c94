import { type Loaded, type LoadRequest, loadConfiguration } from '../config/load-configuration.ts'
import { type CommandIo, refuseEmpty } from './command.ts'

/** Options of every command that reads the configuration, for `parseArgs`. */
export const configurationArgs = {
  config: { type: 'string', short: 'c' },
  env: { type: 'string', short: 'e' },
  url: { type: 'string', multiple: true },
} as const

export const configurationUsage = `  --config, -c <file>   the configuration (default: the nearest vedette.config.* in or above this folder)
  --env, -e <name>      the environment (default: the configuration's)
  --url [[system.]name=]<url>   an address, before variables and configuration; repeatable`

interface Values {
  readonly config?: string | undefined
  readonly env?: string | undefined
  readonly url?: readonly string[] | undefined
}

/** What the options ask to be loaded. */
export function loadRequest(values: Values, io: CommandIo): LoadRequest {
  refuseEmpty({ ...values }, ['config', 'env'])
  return {
    cwd: io.cwd,
    env: io.env,
    now: io.clock.now(),
    ...(values.config === undefined ? {} : { file: values.config }),
    ...(values.env === undefined ? {} : { environment: values.env }),
    ...(values.url === undefined ? {} : { urls: values.url }),
  }
}

/** Loads the configuration that the options mean; throws ConfigurationError. */
export const loadFor = async (values: Values, io: CommandIo): Promise<Loaded> =>
  await loadConfiguration(loadRequest(values, io))
