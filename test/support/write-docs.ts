/** `npm run docs`: writes the option reference into the README. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withOptions } from './readme-options.ts'

const file = join(import.meta.dirname, '../../README.md')
writeFileSync(file, withOptions(readFileSync(file, 'utf8')))
