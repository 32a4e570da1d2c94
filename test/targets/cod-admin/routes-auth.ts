import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { resetLife, type User } from './accounts.ts'
import { refuseErrors, type Shop, spend, staff } from './shop.ts'

const isEmail = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 200 && /^[^@\s]+@[^@\s]+$/.test(value)
const emailErrors = (email: unknown) =>
  isEmail(email) ? [] : [{ field: 'email', message: 'expected an e-mail address' }]
const passwordErrors = (password: unknown) =>
  typeof password === 'string' && password.length >= 8
    ? []
    : [{ field: 'password', message: 'expected 8 characters or more' }]

/** Registration, sign-in, refresh, password reset, users. */
export function authRoutes(shop: Shop): readonly Route[] {
  const { accounts, broken, clock, limits, mailbox, tokens } = shop
  // Passwords that a reset replaced, for the fault in which they go on working.
  const replaced = new Map<string, User>()

  const grant = (user: User) => {
    const { accessToken, refreshToken } = accounts.grant(user)
    // Only for people who registered themselves, so that the staff can work beside this fault.
    return broken('COD-17') && user.registered ? { refreshToken } : { accessToken, refreshToken }
  }
  const answer = (user: User, status = 200) => ({ status, json: { user: accounts.show(user), tokens: grant(user) } })
  const isRight = (user: User, password: string) => {
    const before = replaced.get(user.id)
    return accounts.isPassword(user, password) || (before !== undefined && accounts.isPassword(before, password))
  }
  const newUser = async (call: Call) => {
    const { email, password, name } = await call.json()
    refuseErrors([...emailErrors(email), ...passwordErrors(password)])
    if (accounts.byEmail(String(email))) refuseErrors([{ field: 'email', message: 'is taken' }])
    return { email: String(email), password: String(password), name: String(name ?? email), registered: true }
  }

  return [
    route('POST', '/api/auth/register', async call => {
      spend(limits.public, `register ${call.address}-${call.header('user-agent')}`, call)
      return answer(accounts.add({ ...(await newUser(call)), role: 'viewer' }), 201)
    }),
    route('POST', '/api/auth/login', async call => {
      const { email, password } = await call.json()
      refuseErrors(emailErrors(email))
      spend(limits.auth, `login ${String(email).toLowerCase()}`, call)
      const user = accounts.byEmail(String(email))
      if (!user || !isRight(user, String(password))) {
        throw new Refusal(401, { error: 'E-mail or password is wrong' })
      }
      return answer(user)
    }),
    route('POST', '/api/auth/refresh', async call => {
      const claims = tokens.verify(String((await call.json())['refreshToken']), 'refresh')
      const user = typeof claims === 'string' ? undefined : accounts.ofClaims(claims)
      if (!user) throw new Refusal(401)
      return answer(user)
    }),
    route('POST', '/api/auth/forgot-password', async call => {
      const { email } = await call.json()
      refuseErrors(emailErrors(email))
      spend(limits.auth, `reset ${String(email).toLowerCase()}`, call)
      const user = accounts.byEmail(String(email))
      if (user) {
        const link = `/reset-password?token=${tokens.sign(user.id, `reset ${user.password}`, resetLife)}`
        const text = `Somebody asked to reset your password. Choose a new one: ${link}`
        mailbox.send({ to: user.email, subject: 'Reset your password', text, sentAt: clock.now() })
      }
      // The same answer for an address that nobody has.
      return { status: 202, json: { message: 'If the address is known, a mail is on its way' } }
    }),
    route('POST', '/api/auth/reset-password', async call => {
      const { token, password } = await call.json()
      refuseErrors(passwordErrors(password))
      const user = accounts.byId(subjectOf(String(token)))
      // The old password's hash is part of the token's purpose, so it serves once.
      if (!user || typeof tokens.verify(String(token), `reset ${user.password}`) === 'string') {
        throw new Refusal(400, { errors: [{ field: 'token', message: 'is used up or too old' }] })
      }
      accounts.setPassword(user, String(password))
      if (broken('COD-18')) replaced.set(user.id, user)
      return { json: { message: 'The password is changed' } }
    }),
    route(
      'POST',
      '/api/users',
      staff(
        shop,
        'users:write',
        async call => {
          const user = accounts.add({ ...(await newUser(call)), role: 'viewer' })
          return { status: 201, json: accounts.show(user) }
        },
        'write',
      ),
    ),
    route(
      'DELETE',
      '/api/users/:id',
      staff(shop, 'orders:read', (call, user) => {
        const id = call.params['id']!
        if (id !== user.id && user.role !== 'owner' && user.role !== 'admin') throw new Refusal(403)
        if (!accounts.remove(id)) throw new Refusal(404)
        return { status: 204 }
      }),
    ),
  ]
}

function subjectOf(token: string): string {
  try {
    return String(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub)
  } catch {
    return ''
  }
}
