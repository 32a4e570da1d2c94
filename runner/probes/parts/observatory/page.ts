/** What the head of a page and its scripts say about security. Pure. */

interface Tag {
  readonly name: string
  /** By name in small letters; one without a value is empty. */
  readonly attributes: ReadonlyMap<string, string>
}

export interface PageFacts {
  /** Content of `<meta http-equiv>` by name in small letters. */
  readonly meta: ReadonlyMap<string, readonly string[]>
  readonly scripts: readonly { readonly src: string | undefined; readonly integrity: boolean }[]
}

export function readPage(html: string): PageFacts {
  const meta = new Map<string, readonly string[]>()
  const scripts: { src: string | undefined; integrity: boolean }[] = []
  for (const { name, attributes } of tagsOf(html)) {
    if (name === 'script') scripts.push({ src: attributes.get('src'), integrity: Boolean(attributes.get('integrity')) })
    const equivalent = attributes.get('http-equiv')?.toLowerCase()
    if (name !== 'meta' || equivalent === undefined) continue
    meta.set(equivalent, [...(meta.get(equivalent) ?? []), attributes.get('content') ?? ''])
  }
  return { meta, scripts }
}

/** The tags `meta` and `script` that stand outside of comments, scripts and styles. */
function tagsOf(html: string): readonly Tag[] {
  const shape = /<!--[\s\S]*?(?:-->|$)|<(meta|script|style|textarea|title)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi
  const tags: Tag[] = []
  for (let found = shape.exec(html); found !== null; found = shape.exec(html)) {
    const name = found[1]?.toLowerCase()
    if (name === undefined) continue
    if (name === 'meta' || name === 'script') tags.push({ name, attributes: attributesOf(found[2] ?? '') })
    if (name === 'meta') continue
    // Their content is text.
    const end = html.slice(shape.lastIndex).search(new RegExp(`</${name}\\b`, 'i'))
    if (end < 0) break
    shape.lastIndex += end
  }
  return tags
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&apos;': "'",
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name, double, single, bare] of text.matchAll(
    /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g,
  )) {
    const value = (double ?? single ?? bare ?? '').replaceAll(/&(?:amp|quot|apos|#39|#x27);/g, mark => entities[mark]!)
    if (!attributes.has(name!.toLowerCase())) attributes.set(name!.toLowerCase(), value)
  }
  return attributes
}
