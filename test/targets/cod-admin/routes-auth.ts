import { created, found, gone, idOf } from '../kit/answers.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { email, password, readFields, refuse, text } from '../kit/rules.ts'
import { show, type User } from './accounts.ts'
import { type Shop, spend, staffRoutes } from './shop.ts'

const resetLife = 60 * 60
/** The old password's hash is part of the token's purpose, so it serves once. */
const resetOf = ({ id, password }: User) => `reset ${id} ${password}`

/** Registration, sign-in, refresh, password reset, users. */
export function authRoutes(shop: Shop): readonly Route[] {
  const { accounts, broken, clock, limits, mailbox, signIn, tokens } = shop
  const staff = staffRoutes(shop)
  const writing = staffRoutes(shop, 'write')
  // Passwords that a reset replaced, for the fault in which they go on working.
  const replaced = new Map<string, User>()

  const grant = (user: User) => {
    const refreshToken = signIn.refreshToken(user)
    // Only for people who registered themselves, so that the staff can work beside this fault.
    return broken('COD-17') && user.registered
      ? { refreshToken }
      : { accessToken: signIn.accessToken(user), refreshToken }
  }
  const answer = (user: User, status = 200) => ({ status, json: { user: show(user), tokens: grant(user) } })
  const isRight = (user: User, given: string) => {
    const before = replaced.get(user.id)
    return accounts.isPassword(user, given) || (before !== undefined && accounts.isPassword(before, given))
  }
  const addUser = async (call: Call) => {
    const fields = readFields(await call.json(), { email, password, name: text })
    if (accounts.byEmail(fields.email)) refuse({ field: 'email', message: 'is taken' })
    return accounts.add({ ...fields, role: 'viewer', registered: true })
  }
  const find = (call: Call) => found(accounts.byId(idOf(call)))

  return [
    route('POST', '/api/auth/register', async call => {
      spend(limits.public, `register ${call.address}-${call.header('user-agent')}`, call)
      return answer(await addUser(call), 201)
    }),
    route('POST', '/api/auth/login', async call => {
      const body = await call.json()
      const address = readFields(body, { email }).email
      spend(limits.auth, `login ${address.toLowerCase()}`, call)
      const user = accounts.byEmail(address)
      if (!user || !isRight(user, String(body['password']))) {
        throw new Refusal(401, { error: 'E-mail or password is wrong', ...(broken('COD-38') ? { body } : {}) })
      }
      const granted = answer(user)
      // A cookie would be sent by foreign pages as well; the shop's own pages send the token in a header.
      const session = `session=${granted.json.tokens.accessToken}; Path=/; SameSite=None; Secure`
      return broken('COD-52') ? { ...granted, headers: { 'set-cookie': session } } : granted
    }),
    route('POST', '/api/auth/refresh', async call => {
      const user = signIn.ofRefresh(String((await call.json())['refreshToken']))
      if (!user || broken('COD-19')) throw new Refusal(401)
      return answer(user)
    }),
    route('POST', '/api/auth/forgot-password', async call => {
      const address = readFields(await call.json(), { email }).email
      spend(limits.auth, `reset ${address.toLowerCase()}`, call)
      const user = accounts.byEmail(address)
      if (user) {
        const link = `/reset-password?token=${tokens.sign(user.id, resetOf(user), resetLife)}`
        const message = `Somebody asked to reset your password. Choose a new one: ${link}`
        mailbox.send({ to: user.email, subject: 'Reset your password', text: message, sentAt: clock.now() })
      }
      // The same answer for an address that nobody has.
      return { status: 202, json: { message: 'If the address is known, a mail is on its way' } }
    }),
    route('POST', '/api/auth/reset-password', async call => {
      const body = await call.json()
      const next = readFields(body, { password }).password
      const token = String(body['token'])
      const user = accounts.all().find(one => typeof tokens.verify(token, resetOf(one)) !== 'string')
      if (!user) throw new Refusal(400, { errors: [{ field: 'token', message: 'is used up or too old' }] })
      accounts.setPassword(user, next)
      if (broken('COD-18')) replaced.set(user.id, user)
      return { json: { message: 'The password is changed' } }
    }),
    staff('GET', '/api/users', 'users:read', () => ({ json: { entries: accounts.all().map(show) } })),
    staff('GET', '/api/users/:id', 'users:read', call => ({ json: show(find(call)) })),
    writing('POST', '/api/users', 'users:write', async call => created(show(await addUser(call)))),
    staff('PATCH', '/api/users/:id', 'users:write', async call => {
      const { name } = readFields(await call.json(), { name: text })
      return { json: show(accounts.change(find(call), { name })) }
    }),
    // Everybody may go; others are for those who may change users.
    staff('DELETE', '/api/users/:id', 'orders:read', (call, user) => {
      if (idOf(call) !== user.id && user.role !== 'owner' && user.role !== 'admin') throw new Refusal(403)
      return gone(accounts.remove(idOf(call)))
    }),
  ]
}
