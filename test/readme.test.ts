import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withOptions } from './support/readme-options.ts'

test('the option reference in the README is what the schemas say (`npm run docs` writes it)', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  expect(readme).toBe(withOptions(readme))
  expect(readme).toContain('| `every` | duration |')
})
