import { defineConfig, devices } from 'playwright/test'

/** A path or a channel, as everywhere in Vedette. */
const browser = process.env['VEDETTE_BROWSER']
const chosen = browser === undefined ? {} : /[\\/]/.test(browser) ? { executablePath: browser } : { channel: browser }
const { channel, ...launchOptions } = { channel: undefined, ...chosen }
const chromium = { ...(channel === undefined ? {} : { channel }), launchOptions }

/** Chromium's own picture and tone in place of a camera and a microphone; without a network the two of a call meet on loopback. */
const fakeMedia = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
]
const calls = { ...chromium, launchOptions: { ...launchOptions, args: fakeMedia } }
// Without them a call has nothing to send.
const testIgnore = '**/calls/**'

// Nothing here names a system: each system's test.ts knows its addresses.
export default defineConfig({
  timeout: 20_000,
  expect: { timeout: 2_000 },
  fullyParallel: true,
  reporter: 'list',
  use: { actionTimeout: 3_000, navigationTimeout: 5_000 },
  projects: [
    { name: 'desktop', testIgnore, use: { ...devices['Desktop Chrome'], ...chromium } },
    {
      name: 'calls',
      testMatch: '**/calls/*.spec.ts',
      use: { ...devices['Desktop Chrome'], ...calls, permissions: ['camera', 'microphone'] },
    },
    { name: 'phone', testIgnore, use: { ...devices['Pixel 7'], ...chromium } },
    { name: 'firefox', testIgnore, use: { ...devices['Desktop Firefox'] } },
    { name: 'webkit', testIgnore, use: { ...devices['Desktop Safari'] } },
  ],
})
