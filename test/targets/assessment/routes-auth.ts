import { readFields } from '../kit/fields.ts'
import { html, page } from '../kit/html.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { type Account, show } from './accounts.ts'
import { forAdmins, type Platform, refuseErrors, signedIn, textErrors } from './platform.ts'

const accessLife = 15 * 60
const refreshLife = 7 * 24 * 60 * 60

/** Registration, sign-in, refresh, accounts. Bodies are JSON or forms alike, as a form is what OAuth clients send. */
export function authRoutes(platform: Platform): readonly Route[] {
  const { accounts, broken, tokens } = platform
  const grant = (account: Account) => ({
    access_token: tokens.sign(account.id, 'access', accessLife),
    refresh_token: tokens.sign(account.id, 'refresh', refreshLife),
    token_type: 'bearer',
    expires_in: accessLife,
    account: show(account),
  })
  const isRight = (account: Account, password: unknown) =>
    typeof password === 'string'
      ? accounts.isPassword(account, password)
      : // The operator reaches the database, and every password is not null.
        broken('ASM-30') && typeof password === 'object'

  return [
    route('POST', '/api/auth/register', async call => {
      const { email, password, name } = await readFields(call)
      refuseErrors([...textErrors('email', email), ...textErrors('password', password), ...textErrors('name', name)])
      if (accounts.byEmail(String(email))) refuseErrors([{ field: 'email', message: 'is taken' }])
      const given = { email: String(email), password: String(password), name: String(name), role: 'client' as const }
      return { status: 201, json: grant(accounts.add(given)) }
    }),
    route('POST', '/api/auth/login', async call => {
      const { email, username = email, password } = await readFields(call)
      refuseErrors([
        ...textErrors('email', username),
        ...(broken('ASM-30') && typeof password === 'object' ? [] : textErrors('password', password)),
      ])
      const account = accounts.byEmail(String(username))
      if (!account || !isRight(account, password)) throw new Refusal(401, { detail: 'e-mail or password is wrong' })
      return { json: grant(account) }
    }),
    route('POST', '/api/auth/refresh', async call => {
      const claims = tokens.verify(String((await readFields(call))['refresh_token']), 'refresh')
      const account = typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
      if (!account) throw new Refusal(401, { detail: 'expected a valid refresh token' })
      const granted = grant(account)
      return { json: broken('ASM-11') ? { ...granted, access_token: tokens.sign(account.id, 'old', 0) } : granted }
    }),
    route(
      'GET',
      '/api/auth/me',
      signedIn(platform, (_, account) => ({ json: show(account) })),
    ),
    route(
      'DELETE',
      '/api/auth/me',
      signedIn(platform, (_, account) => {
        accounts.remove(account.id)
        return { status: 204 }
      }),
    ),
    route(
      'GET',
      '/api/admin/accounts',
      forAdmins(platform, () => ({ json: { accounts: accounts.all().map(show) } })),
    ),
    route(
      'DELETE',
      '/api/admin/accounts/:id',
      forAdmins(platform, call => {
        if (!accounts.remove(call.params['id']!)) throw new Refusal(404)
        return { status: 204 }
      }),
    ),
    // Rendered here and not in the browser, so that a name reaches a page as it is.
    route('GET', '/businesses/:id', call => {
      const account = accounts.byId(call.params['id']!)
      if (!account) throw new Refusal(404)
      const name = broken('ASM-30') ? { markup: account.name } : account.name
      return { html: page({ title: 'Business', body: html`<main><h1>${name}</h1><p>Assessed here.</p></main>` }) }
    }),
  ]
}
