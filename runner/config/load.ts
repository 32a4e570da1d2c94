import { resolve } from 'node:path'
import { z } from 'zod'
import type { LoadDefinition } from '../core/definitions.ts'
import { parseOptions } from './options.ts'
import { text } from './secret.ts'

const profile = z.strictObject({
  from: z.string().optional().describe('Requirement that gives stages and limits.'),
  stages: z.array(z.string()).optional().describe("k6 stages 'duration:target', where no requirement gives them."),
  thresholds: z
    .record(z.string(), z.array(z.string()))
    .optional()
    .describe('k6 thresholds by metric, where no requirement gives them.'),
})

export const loadOptions = z.strictObject({
  id: z.string().optional().describe("Name of the load. Default: the script's file name."),
  script: z.string().describe('The k6 script, relative to the system.'),
  profiles: z
    .record(z.string(), profile)
    .optional()
    .describe('Profiles by name; `documented` is run by default. Default: one from `thresholds` and `stages`.'),
  thresholds: z.record(z.string(), z.array(z.string())).optional().describe('k6 thresholds of a script of your own.'),
  stages: z.array(z.string()).optional().describe('k6 stages of a script of your own.'),
  env: z.record(z.string(), text).optional().describe('Further environment of k6; values may be secrets.'),
})

/** Options of `load`. */
export type LoadOptions = z.input<typeof loadOptions>

/** Load of a system that does not know its folder yet. */
export interface LoadPart {
  loadAt(folder: string): LoadDefinition
}

/**
 * A k6 script, run by `vedette load` and judged by the same thresholds as the checks; it stands among the checks of its system. Without
 * `profiles` the only one is `documented`, made of `stages` and `thresholds`.
 *
 * @example load({ script: '../../load/cod-admin.ts', profiles: { documented: { from: 'COD-01' } } })
 */
export function load(given: LoadOptions): LoadPart {
  const { options, problems } = parseOptions(['load'], loadOptions, given)
  const script = options.script ?? ''
  const id = options.id ?? script.replace(/^.*\//, '').replace(/\.[^.]+$/, '')
  const own = {
    ...(options.stages === undefined ? {} : { stages: options.stages }),
    ...(options.thresholds === undefined ? {} : { thresholds: options.thresholds }),
  }
  return Object.freeze({
    loadAt: (folder: string): LoadDefinition =>
      Object.freeze({
        id,
        script: folder === '' ? script : resolve(folder, script),
        profiles: (options.profiles ?? { documented: own }) as LoadDefinition['profiles'],
        env: Object.freeze({ ...options.env }),
        problems,
      }),
  })
}
