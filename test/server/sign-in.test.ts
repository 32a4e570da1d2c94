/** Signing in with real cookies: sessions that end, tries that are counted, and nothing of the inside for a stranger. */

import { describe, expect, test } from 'vitest'
import { createFakeWatch, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { addPerson, cheapPasswords, password, type Scene, type Serving, serve, signIn, token } from './support.ts'

const minute = 60_000
const day = 86_400_000
const html = { accept: 'text/html' }

const scene = async (options: Scene['options'] = {}) => {
  const watch = createFakeWatch({
    systems: [systemOf('shop', { title: 'Shop of the inside' })],
    checks: [watchedCheck('shop', 'home')],
  })
  const server = await serve({ watch, options: { signIn: true, ...options } })
  await addPerson(server, 'Amira', 'operator')
  return server
}

const look = async ({ url }: Serving, headers: Record<string, string> = {}, path = '/') =>
  (await fetch(url + path, { redirect: 'manual', headers: { ...html, ...headers } })).status

const post = async ({ url }: Serving, fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const body = new URLSearchParams(fields)
  const response = await fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', headers, body })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const wrongly = (server: Serving, name: string, headers: Record<string, string> = {}) =>
  post(server, { name, password: 'not this one at all' }, headers)

describe('a session', () => {
  test('opens what a stranger is led away from, and comes back to where one wanted to go', async () => {
    await using server = await scene()
    const stranger = await fetch(`${server.url}/objectives?a=1`, { redirect: 'manual', headers: html })
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fobjectives%3Fa%3D1'])
    expect(await look(server, await signIn(server, 'amira'))).toBe(200)
    const done = await post(server, { name: 'AMIRA', password, next: '/objectives?a=1' })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/objectives?a=1'])
  })

  test('is a random id in a cookie that no script and no other site can use, and only a hash of it is kept', async () => {
    await using server = await scene({ publicUrl: () => 'https://vedette.example' })
    const [first, second] = [
      await post(server, { name: 'Amira', password }),
      await post(server, { name: 'Amira', password }),
    ]
    const cookie = first.headers.get('set-cookie')!
    expect(cookie).toMatch(/^vedette_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000$/)
    expect(second.headers.get('set-cookie')).not.toBe(cookie)
    const id = /=([\w-]{43});/.exec(cookie)![1]!
    expect(await server.accounts.session(id)).toBeUndefined()
  })

  test('ends at the sign-out, for a copy of the cookie as well', async () => {
    await using server = await scene()
    const cookie = await signIn(server, 'Amira')
    const out = await fetch(`${server.url}/sign-out`, { method: 'POST', redirect: 'manual', headers: cookie })
    expect([out.status, out.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('Max-Age=0')])
    expect(await look(server, cookie)).toBe(303)
  })

  test('is another one after each sign-in, and the one before has ended', async () => {
    await using server = await scene()
    const before = await signIn(server, 'Amira')
    const again = await post(server, { name: 'Amira', password }, before)
    expect(again.status).toBe(303)
    expect(await look(server, before)).toBe(303)
  })

  test.each<[string, (server: Serving) => Promise<unknown>]>([
    [
      'a new password',
      async ({ accounts }) => accounts.changePerson('Amira', { password: await cheapPasswords.hash('another') }),
    ],
    ['another role', ({ accounts }) => accounts.changePerson('amira', { role: 'admin' })],
    [
      'the role of before again',
      async ({ accounts }) => {
        await accounts.changePerson('amira', { role: 'admin' })
        await accounts.changePerson('amira', { role: 'operator' })
      },
    ],
    ['removal', ({ accounts }) => accounts.removePerson('Amira')],
    [
      'removal, though somebody of the name comes back',
      async server => {
        await server.accounts.removePerson('Amira')
        await addPerson(server, 'Amira', 'operator')
      },
    ],
  ])('ends with %s', async (_what, change) => {
    await using server = await scene()
    const cookie = await signIn(server, 'Amira')
    expect(await look(server, cookie)).toBe(200)
    await change(server)
    expect(await look(server, cookie)).toBe(303)
  })

  test('ends after a week without use, and after a month in any case', async () => {
    await using server = await scene()
    const [idle, used] = [await signIn(server, 'Amira'), await signIn(server, 'Amira')]
    await server.clock.advance(7 * day - 1)
    expect(await look(server, used)).toBe(200)
    await server.clock.advance(1)
    expect([await look(server, idle), await look(server, used)]).toEqual([303, 200])
    for (let week = 2; week <= 4; week++) {
      await server.clock.advance(6 * day)
      expect(await look(server, used)).toBe(200)
    }
    await server.clock.advance(5 * day)
    expect(await look(server, used)).toBe(303)
  })

  test('of the token of the configuration ends when the token is another one', async () => {
    await using server = await scene()
    const done = await post(server, { token })
    const cookie = { cookie: done.headers.get('set-cookie')!.split(';')[0]! }
    expect(await look(server, cookie)).toBe(200)
    await using after = await serve({
      options: { token: 'another-token-of-a-test', accounts: server.accounts, signIn: true },
    })
    expect(await look(after, cookie)).toBe(303)
  })

  test('ends its event stream with it', async () => {
    await using server = await scene()
    const cookie = await signIn(server, 'Amira')
    const stream = await fetch(`${server.url}/api/v1/events`, { headers: cookie })
    await server.clock.advance(15_000)
    await server.accounts.changePerson('Amira', { role: 'viewer' })
    await server.clock.advance(15_000)
    expect(await stream.text()).toBe('retry: 2000\n\n: still here\n\n: still here\n\n')
  })
})

describe('tries', () => {
  const behind = (address: string) => ({ 'x-forwarded-for': address })

  test('are refused after ten wrong ones from an address, until a quarter of an hour is over', async () => {
    await using server = await scene()
    for (let n = 0; n < 10; n++) expect((await wrongly(server, `name-${n}`, behind('192.0.2.1'))).status).toBe(401)
    const refused = await post(server, { name: 'Amira', password }, behind('192.0.2.1'))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '900'])
    expect(refused.text).toContain('Expected fewer tries to sign in')
    expect((await post(server, { name: 'Amira', password }, behind('192.0.2.2'))).status).toBe(303)
    await server.clock.advance(15 * minute)
    expect((await post(server, { name: 'Amira', password }, behind('192.0.2.1'))).status).toBe(303)
  })

  test.each([
    ['2001:db8:1:2:a::1', '2001:db8:1:2:b:c:d:e', 429],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 303],
    ['2001:db8::1', '2001:db8:0:0:ffff::', 429],
    ['::ffff:192.0.2.7', '192.0.2.7', 429],
    ['198.51.100.9, 192.0.2.7', '203.0.113.1, 192.0.2.7', 429],
    ['192.0.2.7, 10.1.2.3', '192.0.2.7, 10.9.9.9', 429],
    ['192.0.2.7, 10.1.2.3', '192.0.2.8, 10.1.2.3', 303],
  ])('from %s and then from %s get %i', async (first, second, status) => {
    await using server = await scene({ proxies: ['10.0.0.0/8'] })
    for (let n = 0; n < 10; n++) await wrongly(server, `name-${n}`, behind(first))
    expect((await post(server, { name: 'Amira', password }, behind(second))).status).toBe(status)
  })

  test('of one name from everywhere are refused, but not where its owner has signed in before', async () => {
    await using server = await scene()
    await post(server, { name: 'Amira', password }, behind('192.0.2.200'))
    for (let n = 0; n < 50; n++) await wrongly(server, n % 2 ? 'AMIRA' : 'amira', behind(`192.0.2.${n}`))
    expect((await post(server, { name: 'Amira', password }, behind('192.0.2.100'))).status).toBe(429)
    expect((await post(server, { name: 'Amira', password }, behind('192.0.2.200'))).status).toBe(303)
  })

  test('with the token lock nobody else out of it', async () => {
    await using server = await scene()
    for (let n = 0; n < 200; n++) await post(server, { token: `wrong-${n}` }, behind(`192.0.2.${n}`))
    expect((await post(server, { token }, behind('198.51.100.1'))).status).toBe(303)
  })

  test('of an unknown name cost as much as those of a known one, and are answered in the same words', async () => {
    const compared: (string | undefined)[] = []
    const passwords = {
      ...cheapPasswords,
      matches: (given: string, kept: string | undefined) => {
        compared.push(kept)
        return cheapPasswords.matches(given, kept)
      },
    }
    await using server = await scene({ passwords })
    const [known, unknown] = [await wrongly(server, 'Amira'), await wrongly(server, 'Amiro')]
    expect(unknown.text.replaceAll('Amiro', 'Amira')).toBe(known.text)
    expect(compared).toEqual([expect.stringMatching(/^\$scrypt\$/), undefined])
    expect(known.text).toContain('found that they do not belong together')
  })

  test('leave no password and no token in the log', async () => {
    await using server = await scene()
    await post(server, { name: 'Amira', password: 'a secret of somebody' })
    await post(server, { name: 'Amira', password })
    await post(server, { token: 'a secret of somebody' })
    expect(server.lines.join('')).toContain('signed in')
    expect(server.lines.join('')).not.toMatch(/a secret of somebody|four words/)
  })

  test('from another site are refused', async () => {
    await using server = await scene()
    expect((await post(server, { name: 'Amira', password }, { origin: 'https://evil.example' })).status).toBe(403)
  })
})

describe('a stranger', () => {
  test.each(['/sign-in', '/nowhere', '/status'])('sees nothing of the inside at %s', async path => {
    await using server = await scene()
    const text = await (await fetch(server.url + path, { headers: html })).text()
    expect(text).toContain('Vedette')
    for (const inside of [
      'production',
      'Loop delay',
      'Generation',
      '/incidents',
      'Shop of the inside',
      '0.1.0',
      'live.js',
    ])
      expect([inside, text.includes(inside)]).toEqual([inside, false])
  })

  test('is whoever brings a cookie while people cannot be read; what is public is served all the same', async () => {
    await using server = await scene({ signIn: false })
    const cookie = await signIn(server, 'Amira')
    const broken = async () => Promise.reject(new Error('disk /secret-path is full'))
    Object.assign(server.accounts, { session: broken, person: broken, people: broken })
    for (const path of ['/', '/health/live', '/sign-in', '/nowhere', '/assets/style.css', '/api/v1/checks'])
      expect([path, await look(server, cookie, path)]).toEqual([path, path === '/nowhere' ? 404 : 200])
    const text = await (await fetch(server.url, { headers: { ...html, ...cookie } })).text()
    expect([text.includes('Amira'), text.includes('href="/sign-in"')]).toEqual([false, true])
    const tried = await post(server, { name: 'Amira', password })
    expect([tried.status, tried.text.includes('secret-path')]).toEqual([503, false])
    expect(server.lines.join('')).toContain('taken for a stranger')
  })

  test('does not hold up what is public while people do not answer', async () => {
    await using server = await scene()
    const cookie = await signIn(server, 'Amira')
    Object.assign(server.accounts, { session: () => new Promise(() => undefined) })
    for (const path of ['/health/live', '/assets/style.css', '/api/openapi.json'])
      expect([path, await look(server, cookie, path)]).toEqual([path, 200])
  })
})

test('the pages say who one is, and show what one may do and nothing else', async () => {
  await using server = await scene()
  await addPerson(server, 'Vera', 'viewer')
  const page = async (name: string) => {
    const headers = { ...html, ...(await signIn(server, name)) }
    return (await fetch(`${server.url}/checks/shop/home`, { headers })).text()
  }
  const [amira, vera] = [await page('Amira'), await page('Vera')]
  expect(amira).toContain('Amira <span class="quiet">operator</span>')
  expect(amira).toContain('action="/sign-out"')
  expect([amira.includes('Run now'), vera.includes('Run now')]).toEqual([true, false])
})
