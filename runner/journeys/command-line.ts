/** The plain command line that repeats a run by hand. */

import { relative } from 'node:path'
import { addressVariables } from '../core/address-variables.ts'
import type { JourneyCheck, Text } from '../core/definitions.ts'
import { findProject } from './project.ts'

/** `cd … && BASE_URL=… npx playwright test …`. Secrets appear as the variables or files that they come from. */
export function commandLine(check: JourneyCheck, urls: Readonly<Record<string, string>>): string {
  const project = findProject(check.source)
  const cwd = typeof project === 'string' ? undefined : project.cwd
  const path = (file: string) => quote((cwd && relative(cwd, file)) || file)
  const variables = { ...addressVariables(urls), ...check.source.env }
  return [
    ...(cwd === undefined ? [] : [`cd ${quote(cwd)} &&`]),
    ...Object.entries(variables).map(([name, text]) => `${name}=${shown(text)}`),
    'npx playwright test',
    path(`${check.test.file}:${check.test.line}`),
    ...(typeof project === 'string' ? [] : ['--config', path(project.config)]),
    ...(check.test.project === '' ? [] : ['--project', quote(check.test.project)]),
  ].join(' ')
}

function shown(text: Text): string {
  if (typeof text === 'string') return quote(text)
  return 'env' in text.source ? `"$${text.source.env}"` : `"$(cat ${quote(text.source.file)})"`
}

const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
