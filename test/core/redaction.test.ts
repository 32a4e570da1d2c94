import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scrubber } from '../../runner/core/redaction.ts'

const spellings: Readonly<Record<string, (secret: string) => string>> = {
  plain: secret => secret,
  'in JSON': secret => JSON.stringify({ password: secret }),
  'in JSON in JSON': secret => JSON.stringify(JSON.stringify({ password: secret })),
  'in a URL': secret => `?password=${encodeURIComponent(secret)}&more=1`,
  'in a form': secret => new URLSearchParams({ password: secret }).toString(),
  'in HTML': secret =>
    `<input value="${secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;')}">`,
}

test.each(Object.entries(spellings))('a secret disappears %s', (_, write) => {
  for (const secret of ['hunter22', `p"a's\\s<w>o&rd`, 'correct horse/battery+staple', 'Übergröße']) {
    const text = scrubber([secret])(`before ${write(secret)} after`)
    expect(text).toContain('[secret]')
    expect(text).not.toContain(write(secret).slice(-secret.length - 2))
    expect(text).toMatch(/^before .* after$/)
  }
})

test('a secret disappears in base64 at every place of its text', () => {
  const printable = fc.string({ minLength: 9, maxLength: 40 })
  fc.assert(
    fc.property(printable, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (secret, before, after) => {
      const encoded = Buffer.from(`${before}${secret}${after}`).toString('base64')
      const left = scrubber([secret])(encoded)
      expect(left).toContain('[secret]')
      // At most the characters at the edges stay, which hold less than a byte of the secret each.
      expect(left.replace('[secret]', '').length).toBeLessThanOrEqual(
        encoded.length - Math.floor((secret.length * 4) / 3) + 4,
      )
    }),
  )
})

test('the longer of two secrets goes first, short values and other text stay', () => {
  const scrub = scrubber(['hunter', 'hunter22', 'abc', ''])
  expect(scrub('hunter22 hunter abc')).toBe('[secret] [secret] abc')
  expect(scrubber([])('hunter22')).toBe('hunter22')
})
