import { resolve } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import type { JourneySource } from '../core/definitions.ts'
import { commonOptions, fromCommon } from './check.ts'
import { below, named, parseOptions, show } from './options.ts'
import { text } from './secret.ts'

const kept = z.enum(['failures', 'all', 'off'])

export const playwrightOptions = commonOptions.extend({
  retry: z
    .strictObject({
      attempts: z.int().min(0).max(5).describe('Further attempts after the first.'),
      delay: z
        .undefined({
          error:
            'expected no delay for journeys, found one: Playwright repeats a failed test at once; leave it out, or let a number of `failures` pass before the check counts as down',
        })
        .optional(),
    })
    .optional()
    .describe('Fast retry by Playwright, at once. Default: one further attempt.'),
  config: z
    .string()
    .optional()
    .describe('The Playwright configuration. Default: the nearest playwright.config.* in or above the folder.'),
  project: z.string().optional().describe('Only this project of the configuration. Default: all.'),
  grep: z.string().optional().describe('Only tests whose title fits this regular expression.'),
  env: z.record(z.string(), text).optional().describe('Further environment of the test run; values may be secrets.'),
  parallel: z.boolean().optional().describe('Journeys of this source may overlap. Default: false.'),
  allowWebServer: z
    .boolean()
    .optional()
    .describe('Accept a configuration that starts its own webServer. Default: false.'),
  axe: z
    .boolean()
    .optional()
    .describe(
      'Have axe look at the pages of each journey (WCAG 2.1 A and AA): the figure `wcag21aa_violations`. For specs with our fixture. Default: those whose tags name a requirement with such a limit.',
    ),
  screenshots: z
    .union([
      kept,
      z.strictObject({
        keep: kept.optional().describe("Which runs keep a screenshot. Default: 'all'."),
        mask: z
          .array(z.string().min(1))
          .min(1)
          .describe(
            "Selectors of what no screenshot may show, such as '[name=card]'. For specs with our fixture: pictures of other specs are not kept, and neither are traces, which cannot be masked.",
          ),
      }),
    ])
    .optional()
    .describe("Which runs keep a screenshot, and what is masked in it. Default: 'all'."),
})

/** Options of `playwright`. */
export type PlaywrightOptions = z.input<typeof playwrightOptions>

/** Journeys of a system that does not know its folder yet. */
export interface JourneysPart {
  journeysAt(folder: string): JourneySource
}

/**
 * The tests of a Playwright project, or of a folder in it, as checks.
 *
 * @example playwright('./journeys', { project: 'desktop', timeout: '30s' })
 */
export function playwright(dir: string, given: PlaywrightOptions = {}): JourneysPart {
  const at = [named('playwright', dir)]
  const { options, problems } = parseOptions(at, playwrightOptions, given)
  const common = fromCommon(options, { every: 180_000, timeout: 60_000, failures: 1 })
  const wanted = problems.length === 0 ? options.screenshots : undefined
  const screenshots = typeof wanted === 'object' ? wanted : { keep: wanted }
  const grepProblems = regexProblem(options.grep)
  const dirProblems =
    typeof dir === 'string' ? [] : [wrong(`expected a folder such as './journeys', found ${show(dir)}`)]
  const inside = (folder: string, path: string) => (folder === '' ? path : resolve(folder, path))
  return Object.freeze({
    journeysAt: (folder: string): JourneySource =>
      Object.freeze({
        kind: 'journeys',
        dir: inside(folder, dirProblems.length === 0 ? dir : '.'),
        ...(options.config === undefined ? {} : { config: inside(folder, options.config) }),
        ...(options.project === undefined ? {} : { project: options.project }),
        ...(options.grep === undefined ? {} : { grep: options.grep }),
        ...common.values,
        retry: { ...common.values.retry, delay: 0 },
        env: Object.freeze({ ...options.env, ...(options.axe ? { VEDETTE_AXE: '1' } : {}) }),
        parallel: options.parallel ?? false,
        allowWebServer: options.allowWebServer ?? false,
        screenshots: screenshots.keep ?? 'all',
        ...('mask' in screenshots ? { mask: Object.freeze([...screenshots.mask]) } : {}),
        problems: [
          ...below(at, dirProblems),
          ...problems,
          ...below(at, common.problems),
          ...below([...at, 'grep'], grepProblems),
        ],
      }),
  })
}

function regexProblem(source: string | undefined) {
  if (source === undefined) return []
  try {
    new RegExp(source)
    return []
  } catch (error) {
    return [wrong(`expected a regular expression, found '${source}': ${(error as Error).message}`)]
  }
}

const wrong = (message: string): Problem => ({ level: 'error', path: [], message })
