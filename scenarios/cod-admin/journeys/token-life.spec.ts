import { figure } from '../../support/figures.ts'
import { ordersPage } from '../pages.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const lifeOf = (token: string) => {
  const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  return exp - iat
}
const promised = (metric: string) => figure(requirements, 'COD-19', { metric })

test('tokens live as long as promised', { tag: '@COD-19' }, ({ session }) => {
  const { accessToken, refreshToken } = session.tokens
  expect(lifeOf(accessToken), 'life of an access token, s').toBe(promised('access_token_life_s'))
  expect(lifeOf(refreshToken), 'life of a refresh token, s').toBe(promised('refresh_token_life_s'))
})

test('a page whose access token ran out goes on', { tag: '@COD-19' }, async ({ page, session }) => {
  // Fifteen minutes later the page meets the same refusal as with a token that is none.
  const tokens = { ...session.tokens, accessToken: 'one-that-ran-out' }
  await page.goto('/')
  await page.evaluate(tokens => localStorage.setItem('tokens', JSON.stringify(tokens)), tokens)
  const orders = ordersPage(page)
  await orders.open()
  await expect(orders.rows.first()).toBeVisible()
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('tokens') ?? '{}'))
  expect(lifeOf(kept.accessToken), 'life of the new access token, s').toBe(promised('access_token_life_s'))
})
