/** The page of people and tokens, and its forms. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type PeopleData, peoplePage } from '../../dashboards/web/people.ts'
import {
  isExpired,
  isLive,
  nameKey,
  nameTrouble,
  type Person,
  passwordTrouble,
  type Right,
  type Role,
  rights,
  roles,
  shortestPassword,
  tokenLife,
} from '../core/accounts.ts'
import { hashOfSecret, makeSecret } from '../system/secret-hash.ts'
import { actorOf, field, rawField } from './acting.ts'
import { found } from './api.ts'
import { renderer } from './pages.ts'
import { detailsOf, HttpProblem, sentence } from './problem.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

type Work = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export function servePeoplePage(app: FastifyInstance, rooms: Rooms): void {
  const { accounts, passwords, clock, access, log } = rooms
  const render = renderer(rooms)

  const page = async (
    request: FastifyRequest,
    reply: FastifyReply,
    more: Pick<PeopleData, 'refused' | 'made'> = {},
  ): Promise<FastifyReply> => {
    const now = clock.now()
    const [people, tokens, sessions] = await Promise.all([accounts.people(), accounts.tokens(), accounts.sessions()])
    const live = sessions.filter(session => isLive(session, now))
    const data: PeopleData = {
      now,
      people: people.map(({ password: _, stamp, ...person }) => ({
        ...person,
        sessions: live.filter(session => session.stamp === stamp).length,
      })),
      tokens: tokens.map(token => ({ ...token, isExpired: isExpired(token, now) })),
      you: (await actorOf(rooms, request)).name,
      signIn: access.signIn,
      shortestPassword,
      ...more,
    }
    return render(request, reply, peoplePage(data))
  }
  /** What is refused is shown in its form again, with what stood in it. */
  const form = (path: string, work: Work) =>
    app.post(path, asks('admin'), async (request, reply) => {
      try {
        return await work(request, reply)
      } catch (error) {
        if (!(error instanceof HttpProblem) || error.statusCode === 404) throw error
        const refused = { action: request.url, trouble: sentence(error.message), values: valuesIn(request) }
        return page(request, reply.status(error.statusCode), { refused })
      }
    })
  const done = async (request: FastifyRequest, reply: FastifyReply, what: string, about: Readonly<object>) => {
    log.info({ by: (await actorOf(rooms, request)).name, ...about }, what)
    return reply.redirect('/people', 303)
  }
  const personIn = async ({ params }: FastifyRequest): Promise<Person> => {
    const { name } = params as { readonly name: string }
    const person = await accounts.person(name)
    return found(person?.name === name ? person : undefined, 'somebody of /people', name)
  }

  app.get('/people', asks('admin'), async (request, reply) => page(request, reply))

  form('/people', async (request, reply) => {
    const name = nameIn(request)
    const role = roleIn(request)
    const password = await passwords.hash(newPasswordIn(request, name))
    if (!(await accounts.addPerson({ name, role, password, createdAt: clock.now() }))) refuseTaken(name)
    return done(request, reply, 'a person was added', { person: name, role })
  })
  form('/people/:name/role', async (request, reply) => {
    const { name, role: before } = await personIn(request)
    const role = roleIn(request)
    // Nobody's session ends over nothing.
    if (role === before) return reply.redirect('/people', 303)
    if (!(await accounts.changePerson(name, { role }, { lastAdminStays: true }))) refuseLastAdmin(name)
    return done(request, reply, 'a person was given another role', { person: name, role, before })
  })
  form('/people/:name/password', async (request, reply) => {
    const { name } = await personIn(request)
    await accounts.changePerson(name, { password: await passwords.hash(newPasswordIn(request, name)) })
    return done(request, reply, 'a person was given another password', { person: name })
  })
  form('/people/:name/sign-out', async (request, reply) => {
    const { name } = await personIn(request)
    await accounts.changePerson(name, {})
    return done(request, reply, 'the sessions of a person were ended', { person: name })
  })
  form('/people/:name/remove', async (request, reply) => {
    const { name, role } = await personIn(request)
    const typed = field(request, 'name')
    if (nameKey(typed) !== nameKey(name))
      refuse(`expected the name ${name}, found '${typed}'; type it as a sign that you mean it`)
    if (!(await accounts.removePerson(name, { lastAdminStays: true }))) refuseLastAdmin(name)
    return done(request, reply, 'a person was removed', { person: name, role })
  })

  form('/tokens', async (request, reply) => {
    const name = nameIn(request)
    const scopes = scopesIn(request)
    const life = lifeIn(request)
    const createdAt = clock.now()
    const { name: createdBy } = await actorOf(rooms, request)
    const secret = makeSecret()
    const token = { name, scopes, createdAt, createdBy, ...(life === undefined ? {} : { expiresAt: createdAt + life }) }
    if (!(await accounts.addToken(token, hashOfSecret(secret)))) refuseTaken(name)
    log.info({ by: createdBy, token: name, scopes }, 'a token was made')
    return page(request, reply.status(201), { made: { name, secret } })
  })
  form('/tokens/:name/remove', async (request, reply) => {
    const { name } = request.params as { readonly name: string }
    found((await accounts.removeToken(name)) || undefined, 'a token of /people', name)
    return done(request, reply, 'a token was removed', { token: name })
  })
}

/** What stood in a form. */
const valuesIn = ({ body }: FastifyRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([, value]) => typeof value === 'string'))

function refuse(why: string, statusCode = 400): never {
  throw new HttpProblem(statusCode, detailsOf(why))
}
const refuseTaken = (name: string): never => refuse(`expected a name that is free, found '${name}'`, 409)
const refuseLastAdmin = (name: string): never =>
  refuse(`expected an admin to be left, found that ${name} is the only one; make somebody else admin first`, 409)

function nameIn(request: FastifyRequest): string {
  const name = field(request, 'name')
  const trouble = nameTrouble(name)
  return trouble === undefined ? name : refuse(trouble)
}

function roleIn(request: FastifyRequest): Role {
  const text = field(request, 'role')
  return roles.find(role => role === text) ?? refuse(`expected the role ${roles.join(', ')}, found '${text}'`)
}

function newPasswordIn(request: FastifyRequest, name: string): string {
  const password = rawField(request, 'password')
  const trouble = passwordTrouble(password, name)
  if (trouble !== undefined) return refuse(trouble)
  return password === rawField(request, 'again') ? password : refuse('expected the same password twice, found two')
}

function scopesIn(request: FastifyRequest): readonly Right[] {
  const scopes = rights.filter(right => field(request, `scope-${right}`) !== '')
  return scopes.length > 0 ? scopes : refuse(`expected some of the scopes ${rights.join(', ')}, found none`)
}

/** Undefined: it does not expire. */
function lifeIn(request: FastifyRequest): number | undefined {
  const text = field(request, 'expires')
  if (text === '') return undefined
  return tokenLife(text) ?? refuse(`expected a time of a minute or more, such as 90d, or nothing, found '${text}'`)
}
