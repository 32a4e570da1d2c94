import { createHash } from 'node:crypto'
import { type Route, route } from './http.ts'

interface Source {
  readonly name: string
  readonly type: string
  readonly text: string
}

export interface Assets {
  /** The address of an asset, with a hash of its content in it. */
  path(name: string): string
  readonly routes: readonly Route[]
}

/**
 * Static files under addresses that change with their content, so that they may be cached for ever. A module that imports another
 * (`from './app.js'`) comes after it in the list.
 */
export function createAssets(sources: readonly Source[], headers: Readonly<Record<string, string>>): Assets {
  const paths = new Map<string, string>()
  const routes = sources.map(({ name, type, text }) => {
    const linked = text.replaceAll(/from '\.\/([\w.-]+)'/g, (whole, other) =>
      paths.has(other) ? `from '${paths.get(other)}'` : whole,
    )
    const hash = createHash('sha256').update(linked).digest('hex').slice(0, 12)
    const path = `/assets/${name.replace(/(?=\.\w+$)/, `.${hash}`)}`
    paths.set(name, path)
    const bytes = Buffer.from(linked)
    return route('GET', path, () => ({ bytes, type, headers }))
  })
  return {
    routes,
    path(name) {
      const found = paths.get(name)
      if (found === undefined) throw new Error(`expected one of ${[...paths.keys()].join(', ')}, found ${name}`)
      return found
    },
  }
}
