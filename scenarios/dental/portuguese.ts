/** What a page says to people, as the browser shows it. */
export interface PageText {
  /** Of the `html` element. */
  readonly lang: string
  /** Texts between tags, titles, labels, placeholders, descriptions of pictures. */
  readonly texts: readonly string[]
}

/** `users.columns.role`, `{{ name }}`: what a catalogue of texts leaves behind when an entry is missing. No address, no file name. */
const keys = /(?<![\w.@/-])[a-z][a-zA-Z0-9]*(?:[._][a-z][a-zA-Z0-9]*)*\.[a-z][a-zA-Z0-9_]*(?![\w@/-])|\{\{[^}]*\}\}/g
const looksLikeName = /^www\.|\.(?:com|br|org|net|js|css|html|pdf|png|jpg)$/

/**
 * Common words of interfaces that mean nothing in Portuguese. Not here: those that Portuguese has taken over (site, login, e-mail) or
 * that are Portuguese as well (continue, delete, remove, time, no, do).
 */
const english =
  /\b(?:the|and|of|you|your|please|with|from|this|that|is|has|have|not|loading|sign (?:in|out|up)|log (?:in|out)|password|welcome|today|tomorrow|appointments?|patients?|users?|clinics?|services|reports?|settings|search|save|cancel|confirm|submit|next|previous|back|choose|select|required|invalid|error|something went wrong|name|phone|new|add|edit)\b/gi

const address = /\S+@\S+|https?:\S+/g

/** What on a page is not Portuguese: the language that it claims, keys without a text, English words. */
export function untranslated({ lang, texts }: PageText): readonly string[] {
  const claims = lang.toLowerCase() === 'pt-br' ? [] : [`lang is '${lang}', expected 'pt-BR'`]
  const found = texts
    .map(text => text.replaceAll(address, ''))
    .flatMap(text => [
      ...[...text.matchAll(keys)].flatMap(([key]) => (looksLikeName.test(key) ? [] : [`the key ${key}`])),
      ...[...text.matchAll(english)].map(([word]) => `the word '${word}' in '${text.trim().slice(0, 80)}'`),
    ])
  return [...claims, ...new Set(found)]
}

/** Runs in the page. What is marked `translate="no"`, and what people typed, is not the interface's. */
export function readPage(): PageText {
  const isForeign = (node: Node) =>
    (node instanceof Element ? node : node.parentElement)?.closest('[translate="no"], script, style')
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!isForeign(node)) texts.push(node.textContent ?? '')
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt], input[type=submit]')) {
    if (isForeign(element)) continue
    for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'value']) {
      if (name !== 'value' || element.matches('input[type=submit]')) texts.push(element.getAttribute(name) ?? '')
    }
  }
  return { lang: document.documentElement.lang, texts: texts.filter(text => text.trim() !== '') }
}
