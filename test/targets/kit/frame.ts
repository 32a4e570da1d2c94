import type { Assets } from './assets.ts'
import { html, type Markup, page } from './html.ts'

interface Brand {
  readonly name: string
  /** Of all pages. Default: `en`. */
  readonly lang?: string
  /** Name of the navigation. Default: Main. */
  readonly menu?: string
  readonly assets: Pick<Assets, 'path'>
}

export interface Content {
  readonly title: string
  readonly body: Markup
  /** The navigation. Default: none. */
  readonly links?: readonly (readonly [path: string, text: string])[]
  /** Buttons behind the links. */
  readonly actions?: Markup
  /** Name of the page's script. Default: `app.js`. */
  readonly script?: string
  /** Further elements of the head. */
  readonly head?: Markup
  /** Further attributes of `<main>`. */
  readonly attributes?: Markup
}

/** Signs out in the browser alone, where tokens are kept. */
export const signOutButton = html`<button type="button" data-sign-out>Sign out</button>`

/** Makes the pages of a system: a header with its name and the way around, then one heading, the content, and the places for messages. */
export function framedPages({ name, lang = 'en', menu = 'Main', assets }: Brand) {
  return ({
    title,
    body,
    links = [],
    actions = html``,
    script = 'app.js',
    head = html``,
    ...more
  }: Content): string => {
    const items = links.map(([path, text]) => html`<a href="${path}">${text}</a> `)
    return page({
      title: `${title} · ${name}`,
      lang,
      style: assets.path('style.css'),
      script: assets.path(script),
      head,
      body: html`<header><strong>${name}</strong>
${links.length > 0 ? html`<nav id="menu" aria-label="${menu}">${items}</nav>` : ''}${actions}</header>
<main ${more.attributes ?? ''}><h1>${title}</h1>
<p role="alert" data-error hidden></p>
${body}
<p role="status" data-notice hidden></p></main>`,
    })
  }
}
