import { type Loaded, loadConfiguration } from '../config/load-configuration.ts'
import type { CommandIo } from './command.ts'

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

/** Loads the configuration that the options mean; throws ConfigurationError. */
export const loadFor = (values: Values, io: CommandIo, generation = 1): Promise<Loaded> =>
  loadConfiguration({
    cwd: io.cwd,
    env: io.env,
    generation,
    ...(values.config === undefined ? {} : { file: values.config }),
    ...(values.env === undefined ? {} : { environment: values.env }),
    ...(values.url === undefined ? {} : { urls: values.url }),
  })
