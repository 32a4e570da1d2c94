import { expectHttpsRedirect } from '../../support/https.ts'
import { expect, test } from '../test.ts'

const wanted = [
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
]

test('plain HTTP leads to HTTPS, and security headers are set', { tag: '@ASM-16' }, async ({ request, address }) => {
  await expectHttpsRedirect(request, address('plain'), ['/', '/assessments?page=2'])

  for (const path of ['/', '/api/catalogue', '/api/no-such-thing']) {
    await test.step(`headers of ${path}`, async () => {
      const headers = (await request.get(path)).headers()
      for (const name of wanted) expect.soft(headers[name] ?? 'none', `${name} of ${path}`).not.toBe('none')
    })
  }
})
