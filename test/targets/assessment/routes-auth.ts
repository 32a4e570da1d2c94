import { created, found, gone, idOf } from '../kit/answers.ts'
import { refuseErrors, textErrors, unless } from '../kit/field-errors.ts'
import { readFields } from '../kit/fields.ts'
import { html, page } from '../kit/html.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { type Account, show } from './accounts.ts'
import { adminRoutes, type Platform, signedRoutes } from './platform.ts'

/** Registration, sign-in, refresh, accounts. Bodies are JSON or forms alike, as a form is what OAuth clients send. */
export function authRoutes(platform: Platform): readonly Route[] {
  const { accounts, broken, signIn, tokens } = platform
  const signed = signedRoutes(platform)
  const admin = adminRoutes(platform)
  const grant = (account: Account) => ({
    access_token: signIn.accessToken(account),
    refresh_token: signIn.refreshToken(account),
    token_type: 'bearer',
    expires_in: signIn.accessLife,
    account: show(account),
  })
  // For the fault in which an operator reaches the database, where every password is not null.
  const isOperator = (password: unknown) => broken('ASM-30') && typeof password === 'object'

  return [
    route('POST', '/api/auth/register', async call => {
      const { email, password, name } = await readFields(call)
      refuseErrors([...textErrors('email', email), ...textErrors('password', password), ...textErrors('name', name)])
      refuseErrors(unless(!accounts.byEmail(String(email)), 'email', 'is taken'))
      const given = { email: String(email), password: String(password), name: String(name), role: 'client' as const }
      return created(grant(accounts.add(given)))
    }),
    route('POST', '/api/auth/login', async call => {
      const { email, username = email, password } = await readFields(call)
      refuseErrors([
        ...textErrors('email', username),
        ...(isOperator(password) ? [] : textErrors('password', password)),
      ])
      const account = accounts.byEmail(String(username))
      if (!account || !(isOperator(password) || accounts.isPassword(account, String(password)))) {
        throw new Refusal(401, { detail: 'e-mail or password is wrong' })
      }
      return { json: grant(account) }
    }),
    route('POST', '/api/auth/refresh', async call => {
      const account = signIn.ofRefresh(String((await readFields(call))['refresh_token']))
      if (!account) throw new Refusal(401, { detail: 'expected a valid refresh token' })
      const granted = grant(account)
      return { json: broken('ASM-11') ? { ...granted, access_token: tokens.sign(account.id, 'old', 0) } : granted }
    }),
    signed('GET', '/api/auth/me', (_, account) => ({ json: show(account) })),
    signed('DELETE', '/api/auth/me', (_, account) => gone(accounts.remove(account.id))),
    admin('GET', '/api/admin/accounts', () => ({ json: { accounts: accounts.all().map(show) } })),
    admin('DELETE', '/api/admin/accounts/:id', call => gone(accounts.remove(idOf(call)))),
    // Rendered here and not in the browser, so that a name reaches a page as it is.
    route('GET', '/businesses/:id', call => {
      const account = found(accounts.byId(idOf(call)))
      const name = broken('ASM-30') ? { markup: account.name } : account.name
      return { html: page({ title: 'Business', body: html`<main><h1>${name}</h1><p>Assessed here.</p></main>` }) }
    }),
  ]
}
