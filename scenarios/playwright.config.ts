import { defineConfig, devices } from 'playwright/test'
import type { SystemOptions } from './support/test.ts'

// Vedette passes the addresses of the system that runs; plain `npx playwright test` finds the reference system of cod-admin.
const address = (name: string, reference: string) => process.env[`VEDETTE_URL_${name.toUpperCase()}`] ?? reference
const web = address('web', process.env['BASE_URL'] ?? 'http://127.0.0.1:7105')

/** A path or a channel, as everywhere in Vedette. */
const browser = process.env['VEDETTE_BROWSER']
const chosen = browser === undefined ? {} : /[\\/]/.test(browser) ? { executablePath: browser } : { channel: browser }
const { channel, ...launchOptions } = { channel: undefined, ...chosen }
const chromium = { ...(channel === undefined ? {} : { channel }), launchOptions }

export default defineConfig<object, SystemOptions>({
  timeout: 20_000,
  expect: { timeout: 2_000 },
  fullyParallel: true,
  reporter: 'list',
  use: {
    baseURL: web,
    actionTimeout: 3_000,
    navigationTimeout: 5_000,
    addresses: {
      web,
      plain: address('plain', 'http://127.0.0.1:7106'),
      https: address('https', 'https://127.0.0.1:7107'),
      mailbox: address('mailbox', 'http://127.0.0.1:7108/mailbox'),
    },
  },
  projects: [
    { name: 'desktop', use: { ...devices['Desktop Chrome'], ...chromium } },
    { name: 'phone', use: { ...devices['Pixel 7'], ...chromium } },
    { name: 'firefox', use: { ...devices['Desktop Firefox'] } },
    { name: 'webkit', use: { ...devices['Desktop Safari'] } },
  ],
})
