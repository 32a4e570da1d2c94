/** The page on which admins say who may do what: what it shows, what its forms do, and what they refuse. */

import { describe, expect, test } from 'vitest'
import type { Role } from '../../runner/core/accounts.ts'
import { start } from '../support/fake-watch.ts'
import { post, read, words } from './browse.ts'
import { addPerson, password, type Serving, serve, signIn, token } from './support.ts'

const day = 86_400_000

/** Amira is the only admin, Bo an operator, and Amira has signed in. */
async function scene() {
  const server = await serve()
  await addPerson(server, 'Amira', 'admin')
  await addPerson(server, 'Bo', 'operator')
  return { server, amira: await signIn(server, 'Amira'), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const look = (server: Serving, headers: Record<string, string>, path = '/people') => read(server, path, headers)

const row = (text: string, name: string) =>
  words(text.split('<tr role="row">').find(line => line.includes(`<b>${name}</b>`)) ?? '')

const added = { name: 'Chiara', role: 'viewer', password, again: password }
const done = { status: 303, location: '/people' }

const lines = (server: Serving) =>
  server.lines.map(line => JSON.parse(line) as Readonly<Record<string, unknown>>).filter(({ by }) => by !== undefined)

describe('rights', () => {
  test.each<[Role, number]>([
    ['viewer', 403],
    ['operator', 403],
    ['admin', 200],
  ])('a %s who looks gets %i, and a link in the menu where it leads somewhere', async (role, status) => {
    await using server = await serve()
    await addPerson(server, 'Amira', role)
    const cookie = await signIn(server, 'Amira')
    const page = await look(server, cookie)
    expect(page.status).toBe(status)
    if (status === 403) expect(page.words).toContain('expected somebody who may admin, found Amira, who may read')
    expect((await look(server, cookie, '/')).text.includes('href="/people"')).toBe(status === 200)
    expect((await post(server, '/people', added, cookie)).status).toBe(status === 200 ? 303 : 403)
    expect((await server.accounts.people()).length).toBe(status === 200 ? 2 : 1)
  })

  test('a stranger is led to the sign-in, and sees no link', async () => {
    await using server = await serve()
    expect(await look(server, {})).toMatchObject({ status: 303, location: '/sign-in?next=%2Fpeople' })
    expect((await look(server, {}, '/')).text).not.toContain('href="/people"')
    expect((await post(server, '/tokens', { name: 'ci', 'scope-admin': 'on' }, {})).status).toBe(401)
    expect(await server.accounts.tokens()).toEqual([])
  })

  test('whoever has the token of the configuration makes the first admin', async () => {
    await using server = await serve()
    const authorization = { authorization: `Bearer ${token}` }
    expect((await look(server, authorization)).words).toContain('Nobody yet: the first should be an admin.')
    expect(await post(server, '/people', { ...added, role: 'admin' }, authorization)).toMatchObject(done)
    expect((await look(server, await signIn(server, 'chiara'))).status).toBe(200)
    expect(lines(server)[0]).toMatchObject({ by: 'Somebody with the token', person: 'Chiara', role: 'admin' })
  })

  test('a form of another site does nothing', async () => {
    await using given = await scene()
    const evil = { ...given.amira, origin: 'https://evil.example' }
    expect((await post(given.server, '/people/Bo/role', { role: 'admin' }, evil)).status).toBe(403)
    expect(await given.server.accounts.person('Bo')).toMatchObject({ role: 'operator' })
  })
})

describe('people', () => {
  test('each with role, since when, the last sign-in and open sessions; no hash and no stamp leaves the house', async () => {
    await using given = await scene()
    const { server } = given
    await server.clock.advance(2 * day)
    await signIn(server, 'Amira')
    await server.clock.advance(day)
    const { text } = await look(server, given.amira)
    expect(row(text, 'Amira')).toMatch(/^Amira you admin 3 d ago 1 d ago 2 Change/)
    expect(row(text, 'Bo')).toMatch(/^Bo operator 3 d ago none known 0 Change/)
    const { password: hash, stamp } = (await server.accounts.person('Amira'))!
    expect([text.includes(hash), text.includes(stamp)]).toEqual([false, false])
  })

  test('are added with a password and sign in with it', async () => {
    await using given = await scene()
    const { server, amira } = given
    expect(await post(server, '/people', added, amira)).toMatchObject(done)
    expect(await server.accounts.person('chiara')).toMatchObject({ name: 'Chiara', role: 'viewer', createdAt: start })
    await signIn(server, 'Chiara')
    expect(row((await look(server, amira)).text, 'Chiara')).toMatch(/^Chiara viewer 0 s ago 0 s ago 1 Change/)
  })

  test.each<[Partial<typeof added>, string, number]>([
    [
      { name: '' },
      "Expected a name of 1 to 64 letters, digits and . _ @ + - that begins with a letter or digit, found ''",
      400,
    ],
    [{ name: '<b>' }, "found '&lt;b&gt;'", 400],
    [{ name: 'AMIRA' }, "Expected a name that is free, found 'AMIRA'.", 409],
    [{ role: 'boss' }, "Expected the role viewer, operator, admin, found 'boss'.", 400],
    [{ password: 'short', again: 'short' }, 'Expected a password of 12 characters or more, found 5', 400],
    [{ again: 'four other words in a row' }, 'Expected the same password twice, found two.', 400],
  ])('%j is refused, and the form keeps what was written but the password', async (change, why, status) => {
    await using given = await scene()
    const answer = await post(given.server, '/people', { ...added, ...change }, given.amira)
    expect([answer.status, answer.words.includes(why)]).toEqual([status, true])
    if (change.name === undefined) expect(answer.text).toContain('value="Chiara"')
    expect(answer.text).not.toContain(password)
    expect((await given.server.accounts.people()).map(({ name }) => name)).toEqual(['Amira', 'Bo'])
  })

  test('a form that is no form puts nothing of it into the page', async () => {
    await using given = await scene()
    const body = JSON.stringify({ name: { html: '<i>Chiara</i>' } })
    const headers = { ...given.amira, origin: given.server.url, 'content-type': 'application/json' }
    const answer = await fetch(`${given.server.url}/people`, { method: 'POST', headers, body })
    expect([answer.status, (await answer.text()).includes('<i>')]).toEqual([400, false])
  })

  test('get another role or password, or their sessions ended; each ends what was signed in', async () => {
    await using given = await scene()
    const { server, amira } = given
    const other = 'five quite other words here'
    for (const [what, fields, after] of [
      ['role', { role: 'viewer' }, password],
      ['sign-out', {}, password],
      ['password', { password: other, again: other }, other],
    ] as const) {
      const bo = await signIn(server, 'Bo')
      const mayRead = async () => (await look(server, bo, '/sign-in')).words.includes('You are signed in already: Bo')
      expect([what, await mayRead()]).toEqual([what, true])
      expect(await post(server, `/people/Bo/${what}`, fields, amira)).toMatchObject(done)
      expect([what, await mayRead()]).toEqual([what, false])
      await signIn(server, 'Bo', after)
    }
    expect(await server.accounts.person('Bo')).toMatchObject({ role: 'viewer' })
    expect((await look(server, amira)).status).toBe(200)
  })

  test('that keep their role stay signed in', async () => {
    await using given = await scene()
    const bo = await signIn(given.server, 'Bo')
    expect(await post(given.server, '/people/Bo/role', { role: 'operator' }, given.amira)).toMatchObject(done)
    expect((await look(given.server, bo, '/sign-in')).words).toContain('You are signed in already: Bo, operator.')
  })

  test('are removed by whoever types their name', async () => {
    await using given = await scene()
    const { server, amira } = given
    for (const name of ['', 'Amira']) {
      const answer = await post(server, '/people/Bo/remove', { name }, amira)
      expect([answer.status, answer.words]).toEqual([
        400,
        expect.stringContaining(`Expected the name Bo, found '${name}'; type it as a sign that you mean it.`),
      ])
      // The form that was refused is the one that stands open.
      expect(answer.text.match(/<details class="change" open>/g)).toHaveLength(1)
    }
    expect(await post(server, '/people/Bo/remove', { name: 'bo' }, amira)).toMatchObject(done)
    expect(await server.accounts.person('Bo')).toBeUndefined()
    expect((await post(server, '/people/Bo/remove', { name: 'Bo' }, amira)).status).toBe(404)
  })

  test('the last admin stays one, until there is another', async () => {
    await using given = await scene()
    const { server, amira } = given
    const why = 'Expected an admin to be left, found that Amira is the only one; make somebody else admin first.'
    for (const [what, fields] of [
      ['role', { role: 'viewer' }],
      ['remove', { name: 'Amira' }],
    ] as const) {
      const answer = await post(server, `/people/Amira/${what}`, fields, amira)
      expect([answer.status, answer.words.includes(why)]).toEqual([409, true])
    }
    expect(await server.accounts.person('Amira')).toMatchObject({ role: 'admin' })
    await post(server, '/people/Bo/role', { role: 'admin' }, amira)
    expect(await post(server, '/people/Amira/remove', { name: 'Amira' }, amira)).toMatchObject(done)
    expect((await server.accounts.people()).map(({ name }) => name)).toEqual(['Bo'])
  })
})

describe('tokens', () => {
  const wanted = { name: 'ci', 'scope-run': 'on', 'scope-deploy': 'on', expires: '90d' }

  test('are made with scopes and an end, and their secret is shown once', async () => {
    await using given = await scene()
    const { server, amira } = given
    const answer = await post(server, '/tokens', wanted, amira)
    const [, secret] = /<code>([\w-]{43})<\/code>/.exec(answer.text) ?? []
    expect([answer.status, secret]).toEqual([201, expect.any(String)])
    expect(await server.accounts.tokens()).toEqual([
      { name: 'ci', scopes: ['run', 'deploy'], createdAt: start, createdBy: 'Amira', expiresAt: start + 90 * day },
    ])
    const authorization = { authorization: `Bearer ${secret}` }
    expect((await post(server, '/api/v1/deploys', {}, authorization)).status).toBe(400)
    const { text } = await look(server, amira)
    expect(text).not.toContain(secret)
    expect(row(text, 'ci')).toMatch(/^ci run, deploy 0 s ago Amira 0 s ago in 90 d Remove ci/)
    await server.clock.advance(90 * day)
    expect(row((await look(server, await signIn(server, 'Amira'))).text, 'ci')).toContain('expired')
  })

  test('that no page made say so, and without an end they never expire', async () => {
    await using given = await scene()
    await given.server.accounts.addToken({ name: 'prometheus', scopes: ['read'], createdAt: start }, 'hash')
    expect(row((await look(given.server, given.amira)).text, 'prometheus')).toMatch(
      /^prometheus read 0 s ago the command line never never Remove/,
    )
  })

  test.each<[Record<string, string>, string, number]>([
    [{ name: 'a b' }, "found 'a b'", 400],
    [{ name: 'Prometheus' }, "Expected a name that is free, found 'Prometheus'.", 409],
    [
      { 'scope-run': '', 'scope-deploy': '' },
      'Expected some of the scopes read, run, deploy, operate, admin, found none.',
      400,
    ],
    [{ expires: 'soon' }, "Expected a time of a minute or more, such as 90d, or nothing, found 'soon'.", 400],
    [{ expires: '59s' }, "found '59s'", 400],
  ])('%j is refused, and the form keeps what was written', async (change, why, status) => {
    await using given = await scene()
    await given.server.accounts.addToken({ name: 'prometheus', scopes: ['read'], createdAt: start }, 'hash')
    const answer = await post(given.server, '/tokens', { ...wanted, ...change }, given.amira)
    expect([answer.status, answer.words.includes(why)]).toEqual([status, true])
    expect(answer.text).toContain(`value="${change['expires'] ?? '90d'}"`)
    expect(answer.text.includes('name="scope-run" checked')).toBe(change['scope-run'] === undefined)
    expect(await given.server.accounts.tokens()).toHaveLength(1)
  })

  test('open nothing once they are removed', async () => {
    await using given = await scene()
    const { server, amira } = given
    const { text } = await post(server, '/tokens', { ...wanted, 'scope-read': 'on' }, amira)
    const authorization = { authorization: `Bearer ${/<code>([\w-]{43})<\/code>/.exec(text)![1]}` }
    expect((await fetch(`${server.url}/metrics`, { headers: authorization })).status).toBe(200)
    expect(await post(server, '/tokens/ci/remove', {}, amira)).toMatchObject(done)
    expect(await server.accounts.tokens()).toEqual([])
    expect((await post(server, '/api/v1/deploys', {}, authorization)).status).toBe(401)
    expect((await post(server, '/tokens/ci/remove', {}, amira)).status).toBe(404)
  })
})

test('all that is done stands in the log with who did it, and no password and no secret', async () => {
  await using given = await scene()
  const { server, amira } = given
  await post(server, '/people', added, amira)
  await post(server, '/people/Bo/role', { role: 'viewer' }, amira)
  await post(server, '/people/Bo/password', { password, again: password }, amira)
  await post(server, '/people/Bo/sign-out', {}, amira)
  await post(server, '/people/Bo/remove', { name: 'Bo' }, amira)
  const made = await post(server, '/tokens', { name: 'ci', 'scope-run': 'on' }, amira)
  await post(server, '/tokens/ci/remove', {}, amira)
  expect(lines(server).filter(({ method }) => method === undefined)).toMatchObject([
    { by: 'Amira', msg: 'a person was added', person: 'Chiara', role: 'viewer' },
    { by: 'Amira', msg: 'a person was given another role', person: 'Bo', role: 'viewer', before: 'operator' },
    { by: 'Amira', msg: 'a person was given another password', person: 'Bo' },
    { by: 'Amira', msg: 'the sessions of a person were ended', person: 'Bo' },
    { by: 'Amira', msg: 'a person was removed', person: 'Bo', role: 'viewer' },
    { by: 'Amira', msg: 'a token was made', token: 'ci', scopes: ['run'] },
    { by: 'Amira', msg: 'a token was removed', token: 'ci' },
  ])
  const [, secret] = /<code>([\w-]{43})<\/code>/.exec(made.text)!
  expect(server.lines.join('')).not.toContain(password)
  expect(server.lines.join('')).not.toContain(secret)
})
