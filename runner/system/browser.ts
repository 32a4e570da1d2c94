/** Finding a browser. One that works was launched once; that a file exists says little. */

import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder } from './make-folder.ts'
import { findProgram } from './programs.ts'

export interface FoundBrowser {
  /** Who said so: `VEDETTE_BROWSER`, `playwright`, `path`, `channel`. */
  readonly via: 'VEDETTE_BROWSER' | 'playwright' | 'path' | 'channel'
  readonly executablePath?: string
  readonly channel?: string
  readonly version: string
  /** For people and results: `chromium-headless-shell 156.0.7000.1`. */
  readonly name: string
}

/** Why there is none, with what to do about it. */
export interface NoBrowser {
  readonly missing: string
}

export interface BrowserSearch {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Remembers the answer over restarts, keyed by path and time of change. */
  readonly cacheFile?: string
  /** Launches once; replaced in tests. */
  launch?(options: LaunchOptions): Promise<string | undefined>
}

interface LaunchOptions {
  readonly executablePath?: string
  readonly channel?: string
}

// The headless shell first: a third of the processor time of the full browser.
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const channels = ['chrome', 'msedge']

/** The browser of this machine: VEDETTE_BROWSER (path or channel; never falls through), Playwright's own, names on PATH, channels. */
export async function findBrowser(search: BrowserSearch): Promise<FoundBrowser | NoBrowser> {
  const launch = search.launch ?? launchOnce
  const explicit = search.environment['VEDETTE_BROWSER']
  if (explicit) {
    const options = /[\\/]/.test(explicit) ? { executablePath: explicit } : { channel: explicit }
    const version = await launch(options)
    if (version) return found('VEDETTE_BROWSER', options, version)
    return {
      missing: `expected a browser that starts at VEDETTE_BROWSER=${explicit}, found none; correct the variable or unset it`,
    }
  }
  const paths = names.flatMap(name => findProgram(search.environment, name) ?? [])
  const key = JSON.stringify([
    playwrightBrowsers(search.environment),
    ...paths.map(path => [path, statSync(path).mtimeMs]),
  ])
  const cached = readCache(search.cacheFile, key)
  if (cached) return cached
  const attempts: readonly [FoundBrowser['via'], LaunchOptions][] = [
    ['playwright', {}],
    ...paths.map(path => ['path', { executablePath: path }] as const satisfies [FoundBrowser['via'], LaunchOptions]),
    ...channels.map(channel => ['channel', { channel }] as const satisfies [FoundBrowser['via'], LaunchOptions]),
  ]
  for (const [via, options] of attempts) {
    const version = await launch(options)
    if (!version) continue
    const answer = found(via, options, version)
    writeCache(search.cacheFile, key, answer)
    return answer
  }
  return {
    missing:
      'expected a browser, found none; `vedette setup` installs one, or set VEDETTE_BROWSER to the path of a Chromium',
  }
}

export const isBrowser = (answer: FoundBrowser | NoBrowser): answer is FoundBrowser => !('missing' in answer)

function found(via: FoundBrowser['via'], options: LaunchOptions, version: string): FoundBrowser {
  const name = options.executablePath?.split('/').at(-1) ?? options.channel ?? 'chromium'
  return { via, ...options, version, name: `${name} ${version}` }
}

/** Where Playwright keeps its own builds, and when that last changed. */
function playwrightBrowsers(environment: BrowserSearch['environment']): readonly unknown[] {
  const folder =
    environment['PLAYWRIGHT_BROWSERS_PATH'] ?? join(environment['HOME'] ?? '/root', '.cache', 'ms-playwright')
  try {
    return [folder, statSync(folder).mtimeMs]
  } catch {
    return [folder]
  }
}

/** In a process of its own: the import of Playwright costs half a second and much memory, and a broken browser may hang. */
async function launchOnce(options: LaunchOptions): Promise<string | undefined> {
  const core = createRequire(import.meta.filename).resolve('playwright-core')
  const script = `const { chromium } = require(${JSON.stringify(core)});
    chromium.launch({ ...${JSON.stringify(options)}, timeout: 15000 }).then(async browser => {
      process.stdout.write(browser.version()); await browser.close(); process.exit(0) }, () => process.exit(1))`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '-e', script], {
      timeout: 20_000,
      killSignal: 'SIGKILL',
    })
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}

function readCache(file: string | undefined, key: string): FoundBrowser | undefined {
  if (!file) return undefined
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { key: string; browser: FoundBrowser }
    return kept.key === key ? kept.browser : undefined
  } catch {
    return undefined
  }
}

function writeCache(file: string | undefined, key: string, browser: FoundBrowser) {
  if (!file) return
  try {
    makeFolder(dirname(file))
    writeFileSync(file, JSON.stringify({ key, browser }))
  } catch {
    // Only a memory: without it the search is repeated.
  }
}
