import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Assets, createAssets } from './assets.ts'

export interface PageAssetsOptions {
  /** Where the files are. */
  readonly folder: string
  /** In the order in which modules import each other. */
  readonly scripts: readonly string[]
  /** Behind `style.css` of the folder. */
  readonly moreStyle?: string
  readonly headers: Readonly<Record<string, string>>
}

/** `cache-control` of what never changes under its address. */
export const forEver = 'public, max-age=31536000, immutable'

/** The scripts of a system and its `style.css` behind the style that all share. */
export function createPageAssets({ folder, scripts, moreStyle = '', headers }: PageAssetsOptions): Assets {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const base = readFileSync(join(import.meta.dirname, 'base.css'), 'utf8')
  const style = { name: 'style.css', type: 'text/css; charset=utf-8', text: base + read('style.css') + moreStyle }
  const modules = scripts.map(name => ({ name, type: 'text/javascript; charset=utf-8', text: read(name) }))
  return createAssets([style, ...modules], headers)
}
