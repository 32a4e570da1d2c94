/** HTML that is ready to be sent. */
export interface Markup {
  readonly markup: string
}

type Part = Markup | readonly Markup[] | string | number

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeText = (text: string) => text.replaceAll(/[&<>"']/g, mark => marks[mark] ?? mark)

const render = (part: Part): string =>
  typeof part === 'object'
    ? 'markup' in part
      ? part.markup
      : part.map(item => item.markup).join('')
    : escapeText(String(part))

/** Tagged template: what is put in is text unless it is markup itself. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: texts.map((text, index) => text + (index < parts.length ? render(parts[index]!) : '')).join(''),
})

/** A whole page. `script` is the address of a module. */
export function page(options: {
  readonly title: string
  readonly body: Markup
  readonly script?: string
  readonly style?: string
  /** Default: `en`. */
  readonly lang?: string
  /** Further elements of the head. */
  readonly head?: Markup
}): string {
  const { title, body, script, style, lang = 'en', head = html`` } = options
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${style ? html`<link rel="stylesheet" href="${style}">` : ''}
${script ? html`<script type="module" src="${script}"></script>` : ''}
${head}
</head>
<body>
${body}
</body>
</html>`.markup
}
