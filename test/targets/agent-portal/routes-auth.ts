import { created, found, gone, idOf, listOf } from '../kit/answers.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { spend } from '../kit/rate-limit.ts'
import { email, password, readFields, refuse, text } from '../kit/rules.ts'
import { isTotp } from '../kit/totp.ts'
import { show, type User } from './accounts.ts'
import type { Portal } from './portal.ts'

const challengeLife = 5 * 60
const tooMany = { error: 'Too many attempts, please try again later' }

/** Registration, sign-in in one or two steps, refresh, users. */
export function authRoutes(portal: Portal): readonly Route[] {
  const { accounts, agent, broken, signIn, signIns, tokens, clock } = portal
  const welcome = (user: User, status = 200) => ({
    status,
    json: {
      user: show(user),
      tokens: { accessToken: signIn.accessToken(user), refreshToken: signIn.refreshToken(user) },
    },
  })
  const spendTry = (account: string, call: Call) => spend(signIns, account.toLowerCase(), call, () => tooMany)
  /** Oneself, or anybody for an administrator. */
  const allowed = (call: Call, user: User) => {
    const id = idOf(call)
    if (id !== user.id && user.role !== 'admin' && !broken('AGT-38')) throw new Refusal(403)
    return found(accounts.byId(id))
  }

  return [
    route('POST', '/api/auth/register', async call => {
      const given = readFields(await call.json(), { name: text, email, password })
      if (accounts.byEmail(given.email)) refuse({ field: 'email', message: 'is taken' })
      if (broken('AGT-14')) return created({ user: { name: given.name, email: given.email } })
      return welcome(accounts.add({ ...given, role: 'agent' }), 201)
    }),
    route('POST', '/api/auth/login', async call => {
      const given = readFields(await call.json(), { email, password: text })
      spendTry(given.email, call)
      const user = accounts.withPassword(given.email, given.password)
      if (!user) throw new Refusal(401, { error: 'E-mail or password is wrong' })
      if (user.totp === undefined) return welcome(user)
      return { json: { secondFactor: true, challenge: tokens.sign(user.id, 'challenge', challengeLife) } }
    }),
    route('POST', '/api/auth/verify', async call => {
      const { challenge, code } = readFields(await call.json(), { challenge: text, code: text })
      const claims = tokens.verify(challenge, 'challenge')
      const user = typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
      if (!user?.totp) throw new Refusal(401, { error: 'Please sign in again' })
      spendTry(user.email, call)
      if (!isTotp(user.totp, code, clock.now())) throw new Refusal(401, { error: 'The code is wrong or too old' })
      return welcome(user)
    }),
    route('POST', '/api/auth/refresh', async call => {
      const user = signIn.ofRefresh(String((await call.json())['refreshToken']))
      if (!user || broken('AGT-15')) throw new Refusal(401)
      return welcome(user)
    }),
    agent('GET', '/api/users', (_, user) => {
      if (user.role !== 'admin') throw new Refusal(403)
      return listOf(accounts.all().map(show))
    }),
    agent('GET', '/api/users/me', (_, user) => ({ json: show(user) })),
    agent('GET', '/api/users/:id', (call, user) => ({ json: show(allowed(call, user)) })),
    agent('PUT', '/api/users/:id', async (call, user) => {
      const { name } = readFields(await call.json(), { name: text })
      return { json: show(accounts.change(allowed(call, user), { name })) }
    }),
    agent('DELETE', '/api/users/:id', (call, user) => gone(accounts.remove(allowed(call, user).id))),
  ]
}
