import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FoundBrowser, findBrowser } from '../../runner/system/browser.ts'

/** What may outlive a test: the browser that was found, compiled code. */
export function testCache(): string {
  const folder = join(tmpdir(), 'vedette-test-cache')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Found once for all test files: each search launches what it finds. */
export async function testBrowser(): Promise<FoundBrowser> {
  const found = await findBrowser({
    environment: process.env,
    cacheFile: join(testCache(), 'browser.json'),
  })
  if ('missing' in found) throw new Error(found.missing)
  return found
}
