import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { duration } from '../runner/config/options.ts'
import { optionTable } from '../runner/config/reference.ts'
import { withOptions } from './support/readme-options.ts'

test('the option reference in the README is what the schemas say (`npm run docs` writes it)', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  expect(readme).toBe(withOptions(readme))
  expect(readme).toContain('| `every` | duration |')
  expect(readme).toContain('| `probe` | value, required |')
})

test('an option is required when leaving it out is a mistake, within the one that holds it', () => {
  const schema = z.strictObject({
    needed: z.string().describe('A.'),
    free: z.string().optional().describe('B.'),
    usual: z.string().default('x').describe('C.'),
    inner: z
      .strictObject({ also: duration.describe('E.'), or: duration.optional().describe('F.') })
      .optional()
      .describe('D.'),
    items: z.array(z.strictObject({ id: z.string().describe('H.') })).describe('G.'),
  })
  expect(optionTable('x({ … })', schema).split('\n').slice(4, -1)).toEqual([
    '| `needed` | text, required | A. |',
    '| `free` | text | B. |',
    '| `usual` | text | C. |',
    '| `inner` | object | D. |',
    '| `inner.also` | duration, required | E. |',
    '| `inner.or` | duration | F. |',
    '| `items` | list of object, required | G. |',
    '| `items[].id` | text, required | H. |',
  ])
})
