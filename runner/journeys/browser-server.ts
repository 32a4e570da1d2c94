/**
 * Entry of a browser server: keeps one browser warm for the runs of one Playwright, which is the project's own, because client and
 * server must speak the same version. `browser-server <playwright-core> <launch options as JSON>`. Says `{ ws, pid }` or `{ error }`
 * on file descriptor 3; ends with its standard input or with its browser.
 */

import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserType, LaunchOptions } from 'playwright'

const [core, json] = process.argv.slice(2)
const say = (what: object) => writeSync(3, `${JSON.stringify(what)}\n`)

try {
  const { chromium } = createRequire(import.meta.filename)(core!) as { chromium: BrowserType }
  const server = await chromium.launchServer({
    ...(JSON.parse(json!) as LaunchOptions),
    host: '127.0.0.1',
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  server.on('close', () => process.exit(1))
  say({ ws: server.wsEndpoint(), pid: server.process().pid })
  process.stdin.resume()
  process.stdin.once('close', () => {
    server.kill().finally(() => process.exit(0))
  })
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) })
  process.exit(2)
}
