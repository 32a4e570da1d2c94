import { ofReference } from '../../support/reference.ts'
import { tableOf } from '../pages.ts'
import { referenceExpiredToken } from '../reference.ts'
import { expect, test } from '../test.ts'

test('an access token that ran out is refreshed without a word', { tag: '@AGT-15' }, async ({
  page,
  session,
  address,
}) => {
  const expired = process.env['AGENT_PORTAL_EXPIRED_TOKEN'] ?? ofReference(address('web'), referenceExpiredToken)
  // Waiting for one to run out takes longer than a run may; a made-up one would be refused as forged.
  test.skip(expired === undefined, 'expected an access token that ran out in AGENT_PORTAL_EXPIRED_TOKEN, found none')
  const tokens = { ...session.tokens, accessToken: expired! }
  await page.goto('/auth/login')
  await page.evaluate(tokens => localStorage.setItem('tokens', JSON.stringify(tokens)), tokens)

  await test.step('the page shows its content', async () => {
    await page.goto('/appointments')
    await expect(tableOf(page, 'Appointments').rows.first()).toBeVisible()
    await expect(page).toHaveURL(/\/appointments/)
  })
  await test.step('with a new token', async () => {
    const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('tokens') ?? '{}').accessToken)
    expect(kept === expired, 'the old access token is still kept').toBe(false)
  })
})
