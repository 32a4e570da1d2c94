import { appendFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'

/**
 * A file that a report is written to. It is made at once, and emptied unless `append`, so that the report of an earlier run is never
 * taken for that of this one. Rejects when it cannot be written.
 */
export async function reportFile(
  path: string,
  options: { readonly append?: boolean } = {},
): Promise<(text: string) => Promise<void>> {
  makeFolder(dirname(path))
  await writeFile(path, '', { flag: options.append ? 'a' : 'w' })
  return text => appendFile(path, text)
}
