import { cookieOf, serverCookie } from '../kit/cookies.ts'
import { type Answer, Refusal, type Route, route } from '../kit/http.ts'
import { everybody, showUser, staff, staffOf, type User } from './accounts.ts'
import { refreshLife, type Session } from './sessions.ts'
import { refuseErrors, routesFor, spendCall, type TopSmile, textError } from './topsmile.ts'

/** Where only the exchange of refresh tokens happens; the cookie goes nowhere else. */
const refreshPath = '/api/auth/refresh'

/** Sign-in, rotation of tokens, sign-out, users. */
export function authRoutes(topSmile: TopSmile): readonly Route[] {
  const { accounts, broken, sessions } = topSmile
  const forAll = routesFor(topSmile, everybody)
  const forAdmins = routesFor(topSmile, ['admin'])
  // People who were removed, for the fault in which they can still sign in.
  const removed = new Map<string, User>()

  const cookies = (access: string, refresh: string, isOver = false) => [
    serverCookie('access', access, '/', isOver ? 0 : sessions.accessLife),
    serverCookie('refresh', refresh, refreshPath, isOver ? 0 : refreshLife),
  ]
  const grant = (user: User, session: Session): Answer => ({
    headers: { 'set-cookie': cookies(sessions.accessToken(session), session.refreshToken) },
    json: {
      user: showUser(user),
      csrfToken: session.csrf,
      next: user.role === 'paciente' ? '/portal' : '/painel',
    },
  })
  const isRight = (user: User, password: unknown) => {
    if (typeof password === 'string') return accounts.isPassword(user, password)
    // The driver of the database takes an object for a query.
    return broken('DNT-22') && Object.keys(Object(password)).includes('$gt')
  }

  return [
    route('POST', '/api/auth/login', async call => {
      const { email, password } = await call.json()
      refuseErrors([textError('email', email), !broken('DNT-22') && textError('password', password)])
      spendCall(topSmile, `sign-in ${String(email).toLowerCase()}`, call)
      const user = accounts.byEmail(String(email)) ?? removed.get(String(email).toLowerCase())
      if (!user || !isRight(user, password)) throw new Refusal(401, { error: 'E-mail ou senha incorretos' })
      return grant(user, sessions.open(user))
    }),
    route('POST', refreshPath, call => {
      const session = sessions.refresh(cookieOf(call, 'refresh'))
      const user = session && accounts.byId(session.user)
      if (!user) throw new Refusal(401, { error: 'Sessão encerrada' })
      return grant(user, session)
    }),
    forAll('POST', '/api/auth/logout', (_, { session }) => {
      sessions.end(session)
      return { status: 204, headers: { 'set-cookie': cookies('', '', true) } }
    }),
    forAll('GET', '/api/auth/me', (_, { user }) => ({ json: { user: showUser(user) } })),
    forAdmins('GET', '/api/users', (_, { user }) => ({
      json: { users: staffOf(accounts, user.clinic).map(showUser) },
    })),
    forAdmins('POST', '/api/users', async (call, { user: { clinic } }) => {
      const { name, email, password, role } = await call.json()
      const known = staff.find(item => item === role)
      refuseErrors([
        textError('name', name),
        textError('email', email),
        textError('password', password),
        !known && { field: 'role', message: `informe um destes: ${staff.join(', ')}` },
        accounts.byEmail(String(email)) !== undefined && { field: 'email', message: 'já está em uso' },
      ])
      const given = { name: String(name), email: String(email), password: String(password), role: known!, clinic }
      return { status: 201, json: showUser(accounts.add(given)) }
    }),
    forAdmins('DELETE', '/api/users/:id', (call, { user: { clinic } }) => {
      const user = accounts.byId(call.params['id'])
      if (user?.clinic !== clinic || user.role === 'paciente') throw new Refusal(404)
      accounts.remove(user.id)
      sessions.endAll(user)
      if (broken('DNT-17')) removed.set(user.email, user)
      return { status: 204 }
    }),
  ]
}
