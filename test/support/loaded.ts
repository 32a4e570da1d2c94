import { defineConfig } from '../../runner/config/configuration.ts'
import type { Loaded } from '../../runner/config/load-configuration.ts'
import { resolveUrls } from '../../runner/config/urls.ts'
import type { System } from '../../runner/core/definitions.ts'

/** What loading a configuration file with these systems would give. */
export function loadedWith(systems: readonly System[], secrets: readonly string[] = []): Loaded {
  const configuration = defineConfig({ systems: [...systems] })
  const { urls, problems } = resolveUrls(systems, 'staging', {}, [])
  return {
    configuration,
    environment: 'staging',
    urls,
    secrets: { reveal: text => String(text), values: secrets },
    problems: [...configuration.problems, ...problems],
    file: 'vedette.config.ts',
    files: [],
  }
}
