import { test as base, expect } from '#vedette/playwright'

export interface SystemOptions {
  /** The addresses of the system by name, as in its system.ts. */
  addresses: Readonly<Record<string, string>>
}

export interface SystemFixtures {
  /** An address of the system: `address('mailbox')`. */
  address: (name: string) => string
}

/** Playwright's test with the addresses of the system, which a project may set for itself. */
export const test = base.extend<SystemFixtures, SystemOptions>({
  addresses: [{}, { option: true, scope: 'worker' }],
  address: async ({ addresses }, use) => {
    await use(name => {
      const found = addresses[name]
      if (found === undefined) throw new Error(`expected the address '${name}' among \`addresses\`, found none`)
      return found
    })
  },
})

export { expect }
