import type { APIRequestContext } from 'playwright/test'
import { expect, test } from '#vedette/playwright'
import { assetsOf } from './assets.ts'

/** Shapes of secrets, precise enough that ordinary code has none. */
const shapes: Readonly<Record<string, RegExp>> = {
  'a connection string with a password':
    /\b(?:mongodb(?:\+srv)?|postgres(?:ql)?|mysql|rediss?|amqps?):\/\/[^\s"'`/:@]*:[^\s"'`/@]+@/,
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  'a key of AWS': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  'a secret key of Stripe or Paystack': /\b[sr]k_(?:live|test)_[0-9A-Za-z]{16,}/,
  'a secret of a Stripe webhook': /\bwhsec_[0-9A-Za-z]{16,}/,
  'a token of GitHub': /\bgh[pousr]_[0-9A-Za-z]{36}/,
  'a token of Slack': /\bxox[abprs]-[0-9A-Za-z-]{10,}/,
  'a key of SendGrid': /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  'a key of a language model': /\bsk-(?:ant-|proj-)?[\w-]{24,}/,
  'a setting that only the server may know':
    /\b(?:JWT|SESSION|COOKIE|WEBHOOK|REFRESH)[A-Z_]*_?SECRET["']?\s*[:=]\s*["'][^"']{8,}|\b(?:DATABASE|MONGO(?:DB)?|REDIS)_UR[IL]["']?\s*[:=]\s*["'][^"']*:[^"']*@/,
}

const mostFiles = 500

/** No secret stands in a page, in the scripts that it loads, in what those import, or in their source maps. */
export async function expectNoSecrets(request: APIRequestContext, paths: readonly string[]): Promise<void> {
  const base = new URL((await request.get(paths[0] ?? '/')).url())
  const waiting = paths.map(path => new URL(path, base))
  const seen = new Set<string>()
  for (const path of paths) waiting.push(...(await assetsOf(request, path)))
  for (const url of waiting) {
    if (seen.has(url.href)) continue
    if (seen.size >= mostFiles) throw new Error(`expected at most ${mostFiles} files, found more; give fewer pages`)
    seen.add(url.href)
    await test.step(url.pathname, async () => {
      const response = await request.get(url.href)
      const isText = /text|javascript|json|svg|xml/.test(response.headers()['content-type'] ?? '')
      if (!response.ok() || !isText) return
      const text = await response.text()
      for (const [what, shape] of Object.entries(shapes)) {
        expect(shape.test(text), `${url.pathname} holds ${what}`).toBe(false)
      }
      if (/javascript|css/.test(response.headers()['content-type'] ?? '')) waiting.push(...leadsOf(text, url))
    })
  }
}

/** What a script imports and where its source map is, also where it does not say so. */
function leadsOf(text: string, url: URL): readonly URL[] {
  const imports = [...text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.{0,2}\/[^"']+)["']/g)].map(
    ([, address]) => address!,
  )
  const map = /[#@]\s*sourceMappingURL=(\S+)/.exec(text)?.[1]
  return [...imports, ...(map?.startsWith('data:') ? [] : [map ?? `${url.pathname}.map`])]
    .flatMap(address => (URL.canParse(address, url) ? [new URL(address, url)] : []))
    .filter(lead => lead.origin === url.origin)
}
