import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findBrowser, isBrowser } from './browser.ts'
import { announced, type Installed, lastLines, type Machine } from './install.ts'
import { aptCommand, installWithApt } from './install-apt.ts'

/** The headless shell needs a third of the full browser's processor time; without the fonts emoji are boxes and widths differ. */
const packages = ['chromium-headless-shell', 'fonts-liberation', 'fonts-noto-color-emoji']

const cost = 'no journeys: they stay unknown; probes, load and pages work'

/** A browser that starts: found, else from Debian, else Playwright's own. */
export async function installBrowser(
  machine: Machine,
  cacheFile?: string,
  find: typeof findBrowser = findBrowser,
): Promise<Installed> {
  const search = () => find({ environment: machine.env, ...(cacheFile === undefined ? {} : { cacheFile }) })
  const before = await search()
  if (isBrowser(before)) return { ok: true, detail: before.name }
  if (machine.env['VEDETTE_BROWSER']) return { ok: false, detail: before.missing, cost, commands: [] }
  const apt = await installWithApt(machine, packages)
  const playwright = apt.ok ? undefined : await installWithPlaywright(machine)
  const after = await search()
  if (isBrowser(after)) return { ok: true, detail: after.name }
  return {
    ok: false,
    detail: [apt.why || 'the installed browser does not start', playwright].filter(Boolean).join('; '),
    cost,
    commands: [aptCommand(packages), 'npx playwright install --only-shell chromium'],
  }
}

/** Playwright's own build, where its servers can be reached; elsewhere that fails within seconds. Says why, or nothing. */
async function installWithPlaywright(machine: Machine): Promise<string | undefined> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
  const done = await announced(machine, 'fetching a browser (playwright install --only-shell chromium)', () =>
    machine.run(process.execPath, [cli, 'install', '--only-shell', 'chromium']),
  )
  return done.code === 0 ? undefined : `Playwright could not fetch one: ${lastLines(done.output, 1)}`
}
