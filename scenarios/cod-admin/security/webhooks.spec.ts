import { expect, test } from '../test.ts'

test('a webhook without the right signature is refused', { tag: '@COD-37' }, async ({ request, runId }) => {
  const data = { order: `synthetic-${runId}`, status: 'delivered' }
  for (const [what, headers] of [
    ['no signature', {}],
    ['an empty one', { 'x-webhook-signature': '' }],
    ['one of another secret', { 'x-webhook-signature': `sha256=${'0'.repeat(64)}` }],
  ] as const) {
    await test.step(what, async () => {
      const response = await request.post('/api/webhooks/monitor', { data, headers })
      expect([401, 403], `status of a webhook with ${what}`).toContain(response.status())
    })
  }
})
