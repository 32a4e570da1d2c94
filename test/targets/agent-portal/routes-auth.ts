import { type Call, Refusal } from '../kit/http.ts'
import { email, password, readFields, refuse, text } from '../kit/rules.ts'
import { isTotp } from '../kit/totp.ts'
import type { User } from './accounts.ts'
import { type ApiRoute, agentApi, api, found, type Portal } from './portal.ts'

const challengeLife = 5 * 60

/** Registration, sign-in in one or two steps, refresh, users. */
export function authRoutes(portal: Portal): readonly ApiRoute[] {
  const { accounts, broken, signIns, tokens, clock } = portal
  const agent = agentApi(portal)
  const welcome = (user: User, status = 200) => ({
    status,
    json: { user: accounts.show(user), tokens: accounts.grant(user) },
  })
  /** Counts a try against the account; refused with 429 when its window is spent. */
  const spend = (account: string, call: Call) => {
    const { refused, headers } = signIns(account.toLowerCase())
    Object.assign(call.answerHeaders, headers)
    if (refused) throw new Refusal(429, { error: 'Too many attempts, please try again later' }, headers)
  }
  /** Oneself, or anybody for an administrator. */
  const allowed = (call: Call, user: User) => {
    const id = call.params['id']!
    if (id !== user.id && user.role !== 'admin' && !broken('AGT-38')) throw new Refusal(403)
    return found(accounts.byId(id))
  }

  return [
    api('POST', '/api/auth/register', async call => {
      const given = readFields(await call.json(), { name: text, email, password })
      if (accounts.byEmail(given.email)) refuse({ field: 'email', message: 'is taken' })
      if (broken('AGT-14')) return { status: 201, json: { user: { name: given.name, email: given.email } } }
      return welcome(accounts.add({ ...given, role: 'agent' }), 201)
    }),
    api('POST', '/api/auth/login', async call => {
      const given = readFields(await call.json(), { email, password: text })
      spend(given.email, call)
      const user = accounts.byEmail(given.email)
      if (!user || !accounts.isPassword(user, given.password)) {
        throw new Refusal(401, { error: 'E-mail or password is wrong' })
      }
      if (user.totp === undefined) return welcome(user)
      return { json: { secondFactor: true, challenge: tokens.sign(user.id, 'challenge', challengeLife) } }
    }),
    api('POST', '/api/auth/verify', async call => {
      const { challenge, code } = readFields(await call.json(), { challenge: text, code: text })
      const claims = tokens.verify(challenge, 'challenge')
      const user = typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
      if (!user?.totp) throw new Refusal(401, { error: 'Please sign in again' })
      spend(user.email, call)
      if (!isTotp(user.totp, code, clock.now())) throw new Refusal(401, { error: 'The code is wrong or too old' })
      return welcome(user)
    }),
    api('POST', '/api/auth/refresh', async call => {
      const claims = tokens.verify(String((await call.json())['refreshToken']), 'refresh')
      const user = typeof claims === 'string' || broken('AGT-15') ? undefined : accounts.byId(claims.sub)
      if (!user) throw new Refusal(401)
      return welcome(user)
    }),
    agent('GET', '/api/users', (_, user) => {
      if (user.role !== 'admin') throw new Refusal(403)
      const items = accounts.all().map(accounts.show)
      return { json: { items, total: items.length } }
    }),
    agent('GET', '/api/users/me', (_, user) => ({ json: accounts.show(user) })),
    agent('GET', '/api/users/:id', (call, user) => ({ json: accounts.show(allowed(call, user)) })),
    agent('PUT', '/api/users/:id', async (call, user) => {
      const { name } = readFields(await call.json(), { name: text })
      return { json: accounts.show(accounts.change(allowed(call, user), { name })) }
    }),
    agent('DELETE', '/api/users/:id', (call, user) => {
      accounts.remove(allowed(call, user).id)
      return { status: 204 }
    }),
  ]
}
