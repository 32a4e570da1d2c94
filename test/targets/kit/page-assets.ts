import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Assets, createAssets } from './assets.ts'

export interface PageAssetsOptions {
  /** Where the files are. */
  readonly folder: string
  /** In the order in which modules import each other; those of `browser/` come before them. Default: `app.js`. */
  readonly scripts?: readonly string[]
  /** Behind `style.css` of the folder, where there is one. */
  readonly moreStyle?: string
  /** Whether browsers may keep them for ever, as their addresses change with them. Default: true. */
  readonly isKept?: boolean
}

const shared = ['api.js', 'forms.js', 'data.js']

/** The scripts of a system behind those that all share, and its `style.css` behind the style that all share. */
export function createPageAssets(options: PageAssetsOptions): Assets {
  const { folder, scripts = ['app.js'], moreStyle = '', isKept = true } = options
  const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8')
  const own = existsSync(join(folder, 'style.css')) ? read(folder, 'style.css') : ''
  const css = read(import.meta.dirname, 'base.css') + own + moreStyle
  const module = (folder: string) => (name: string) => ({
    name,
    type: 'text/javascript; charset=utf-8',
    text: read(folder, name),
  })
  return createAssets(
    [
      { name: 'style.css', type: 'text/css; charset=utf-8', text: css },
      ...shared.map(module(join(import.meta.dirname, 'browser'))),
      ...scripts.map(module(folder)),
    ],
    isKept ? { 'cache-control': 'public, max-age=31536000, immutable' } : {},
  )
}
