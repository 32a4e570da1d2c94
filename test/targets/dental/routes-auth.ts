import { created, found, gone, idOf } from '../kit/answers.ts'
import { cookieOf, serverCookie } from '../kit/cookies.ts'
import { unless } from '../kit/field-errors.ts'
import { type Answer, Refusal, type Route, route } from '../kit/http.ts'
import { everybody, showUser, staff, staffOf, type User } from './accounts.ts'
import { refreshLife, type Session } from './sessions.ts'
import { refuseFields, routesFor, spendCall, type TopSmile, textErrors } from './topsmile.ts'

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
      refuseFields(textErrors('email', email), broken('DNT-22') ? [] : textErrors('password', password))
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
      refuseFields(
        ...[textErrors('name', name), textErrors('email', email), textErrors('password', password)],
        unless(known !== undefined, 'role', `informe um destes: ${staff.join(', ')}`),
        unless(!accounts.byEmail(String(email)), 'email', 'já está em uso'),
      )
      const given = { name: String(name), email: String(email), password: String(password), role: known!, clinic }
      return created(showUser(accounts.add(given)))
    }),
    forAdmins('DELETE', '/api/users/:id', (call, { user: { clinic } }) => {
      const user = found(staffOf(accounts, clinic).find(({ id }) => id === idOf(call)))
      sessions.endAll(user)
      if (broken('DNT-17')) removed.set(user.email, user)
      return gone(accounts.remove(user.id))
    }),
  ]
}
