import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'playwright/test'
import base from '../../scenarios/playwright.config.ts'
import type { SystemOptions } from '../../scenarios/support/test.ts'

/** What the proof writes for this configuration: one Playwright project an instance and browser. */
export interface ProofProjects {
  readonly folder: string
  readonly projects: readonly {
    readonly name: string
    /** The project of the pack that it stands for. */
    readonly like: string | undefined
    readonly addresses: Readonly<Record<string, string>>
  }[]
}

const file = process.env['VEDETTE_PROOF']
if (file === undefined) throw new Error('expected VEDETTE_PROOF to name a file, found none; run `npm run proof`')
const { folder, projects }: ProofProjects = JSON.parse(readFileSync(file, 'utf8'))

export default defineConfig<object, SystemOptions>({
  ...base,
  testDir: join(import.meta.dirname, '../../scenarios'),
  expect: { ...base.expect, timeout: 1_000 },
  retries: 0,
  projects: projects.map(({ name, like, addresses }) => {
    const known = base.projects?.find(project => project.name === like) ?? {}
    return {
      ...known,
      name,
      testDir: folder,
      // The journeys of one instance run in turn, as they do in real life.
      workers: 1,
      use: { ...known.use, addresses },
    }
  }),
})
