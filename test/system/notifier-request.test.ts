import { expect, test } from 'vitest'
import { createRequests } from '../../runner/system/notifier-request.ts'
import { badServer, endless, redirect, says } from '../support/bad-server.ts'
import { createReceiver } from '../support/receiver.ts'

const { signal } = new AbortController()

test('sends what it is given and answers with status, headers and body', async () => {
  await using receiver = await createReceiver({ status: 202, headers: { 'Retry-After': '3' }, body: 'thank you' })
  await using requests = createRequests()
  const answer = await requests.request({
    method: 'POST',
    url: `${receiver.url}/a?b=c`,
    headers: { 'content-type': 'text/plain' },
    body: 'héllo',
    signal,
  })
  expect(answer).toMatchObject({ status: 202, body: 'thank you', headers: { 'retry-after': '3' } })
  expect(receiver.requests).toMatchObject([
    {
      method: 'POST',
      path: '/a?b=c',
      body: 'héllo',
      headers: { 'content-type': 'text/plain', 'user-agent': 'Vedette' },
    },
  ])
})

test('follows no redirect', async () => {
  await using server = await badServer(says(redirect('/elsewhere')))
  await using requests = createRequests()
  expect(await requests.request({ method: 'GET', url: server.url.href, signal })).toMatchObject({ status: 302 })
  expect(server.connections).toBe(1)
})

test('cuts a body that never ends, and the connection with it', async () => {
  await using server = await badServer(endless('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(10_000)))
  await using requests = createRequests()
  const { body } = await requests.request({ method: 'GET', url: server.url.href, signal })
  expect(body).toHaveLength(64 * 1_024)
  await server.closed()
})

test.each([
  ['http://127.0.0.1:1/secret/path?token=secret', /^expected an answer of 127\.0\.0\.1:1, found: .*ECONNREFUSED/],
  ['http://no-such-host.invalid/secret', /^expected an answer of no-such-host\.invalid, found: /],
  ['not an address, but a secret', /^expected the address of a receiver .*, found another text$/],
])('says of %s what is wrong, and nothing secret', async (url, message) => {
  await using requests = createRequests()
  const error = await requests.request({ method: 'POST', url, signal }).catch((error: Error) => error)
  expect((error as Error).message).toMatch(message)
  expect((error as Error).message).not.toMatch(/secret/)
})
