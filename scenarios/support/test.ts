import { test as base, expect } from '#vedette/playwright'

export interface SystemOptions {
  /** The addresses of the system by name, as in its system.ts. A Playwright project may set them, as the proof does. */
  addresses: Readonly<Record<string, string>>
}

export interface SystemFixtures<Name extends string> {
  /** An address of the system: `address('mailbox')`. */
  address: (name: Name) => string
}

/**
 * Playwright's test with the addresses of one system: those of the Playwright project, else those that Vedette passes, else the
 * reference system's, so that plain `npx playwright test -c scenarios cod-admin` works as well.
 */
export function systemTest<Name extends string>(referenceUrls: Readonly<Record<Name | 'web', string>>) {
  return base.extend<SystemFixtures<Name | 'web'>, SystemOptions>({
    addresses: [given(referenceUrls), { option: true, scope: 'worker' }],
    address: async ({ addresses }, use) => {
      await use(name => {
        const found = addresses[name]
        if (found === undefined) throw new Error(`expected the address '${name}' among \`addresses\`, found none`)
        return found
      })
    },
    baseURL: async ({ baseURL, addresses }, use) => {
      await use(baseURL ?? addresses['web'])
    },
  })
}

/** `VEDETTE_URL_<NAME>`, for `web` also `BASE_URL`, in front of the reference system's. */
function given(referenceUrls: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const urls = Object.entries(referenceUrls).map(([name, reference]) => {
    const variable = `VEDETTE_URL_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`
    return [name, process.env[variable] ?? (name === 'web' ? process.env['BASE_URL'] : undefined) ?? reference]
  })
  return Object.fromEntries(urls)
}

export { expect }
