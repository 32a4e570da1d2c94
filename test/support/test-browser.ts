import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FoundBrowser, findBrowser } from '../../runner/system/browser.ts'

/** Found once for all test files: each search launches what it finds. */
export async function testBrowser(): Promise<FoundBrowser> {
  const found = await findBrowser({
    environment: process.env,
    cacheFile: join(tmpdir(), 'vedette-test-cache', 'browser.json'),
  })
  if ('missing' in found) throw new Error(found.missing)
  return found
}
