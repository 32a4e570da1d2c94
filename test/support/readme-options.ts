import { checkOptions } from '../../runner/config/check.ts'
import { configurationOptions } from '../../runner/config/configuration.ts'
import { loadOptions } from '../../runner/config/load.ts'
import { playwrightOptions } from '../../runner/config/playwright.ts'
import { optionTable } from '../../runner/config/reference.ts'
import { systemOptions } from '../../runner/config/system.ts'

const [from, to] = ['<!-- options -->', '<!-- /options -->']

/** The README with its option reference as the schemas say it now. */
export function withOptions(readme: string): string {
  const reference = [
    optionTable('defineConfig({ … })', configurationOptions),
    optionTable('defineSystem(id, folder?, { … })', systemOptions),
    optionTable('check(id, { … })', checkOptions),
    optionTable('playwright(folder, { … })', playwrightOptions),
    optionTable('load({ … })', loadOptions),
  ].join('\n')
  return `${readme.slice(0, readme.indexOf(from) + from.length)}\n\n${reference}\n${readme.slice(readme.indexOf(to))}`
}
