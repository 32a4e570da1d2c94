export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  text: string
}

const token = /<\?xml[^?]*\?>|<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y

/** Elements in document order. Throws when the text is not well-formed XML 1.0 (of the plain kind: no CDATA, no comments). */
export function readXml(text: string): readonly XmlElement[] {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text))
    throw new Error('a character that XML forbids')
  const elements: XmlElement[] = []
  const open: XmlElement[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const found = token.exec(text)
    if (!found) throw new Error(`no XML at ${at}: ${text.slice(at, at + 80)}`)
    const [, closing, opening, attributes = '', isEmpty, characters] = found
    if (closing !== undefined && open.pop()?.name !== closing) throw new Error(`</${closing}> closes another element`)
    if (opening !== undefined) {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(
        ([, key, value]) => [key!, decode(value!)] as const,
      )
      if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute twice in <${opening}>`)
      const element: XmlElement = { name: opening, attributes: Object.fromEntries(pairs), text: '' }
      elements.push(element)
      if (isEmpty === '') open.push(element)
    }
    if (characters !== undefined) {
      const parent = open.at(-1)
      if (parent) parent.text += decode(characters)
      else if (characters.trim() !== '') throw new Error('text outside of the root')
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!.name}> is not closed`)
  return elements
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

const decode = (text: string) =>
  text.replace(/&(?:#(\d+)|(\w+))?;?/g, (whole, code, name) => {
    if (code !== undefined) return String.fromCodePoint(Number(code))
    if (name in entities && whole.endsWith(';')) return entities[name]!
    throw new Error(`a bare & in ${text.slice(0, 80)}`)
  })
