import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { AskRevision, RevisionAnswer } from '../../runner/core/ports.ts'
import { type RevisionRequest, readRevision } from '../../runner/engine/revision.ts'
import { askRevision } from '../../runner/system/ask-revision.ts'
import { selfSigned } from '../support/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'

const source = { header: 'x-revision', path: '/version', json: 'revision', origins: ['web'] }

/** Answers by host: the first until it is used up, the last for ever. `-` is no answer. */
function fleet(answers: Readonly<Record<string, string>>) {
  const queues = new Map(Object.entries(answers).map(([host, text]) => [host, text.split(' ')]))
  const asked: string[] = []
  const ask: AskRevision = async origin => {
    asked.push(origin.hostname)
    const queue = queues.get(origin.hostname)!
    const next = queue.length > 1 ? queue.shift()! : queue[0]!
    return next === '-' ? { trouble: 'refused' } : ({ revision: next } satisfies RevisionAnswer)
  }
  return { ask, asked }
}

function request(ask: AskRevision, changes: Partial<RevisionRequest> = {}) {
  const clock = fakeClock()
  const progress: string[] = []
  const given: RevisionRequest = {
    system: 'shop',
    source,
    urls: { web: 'http://web', api: 'https://api', ws: 'ws://ws' },
    headers: {},
    answers: 3,
    wait: 0,
    until: 'live',
    clock,
    signal: new AbortController().signal,
    ask,
    onProgress: message => progress.push(message),
    ...changes,
  }
  return { clock, progress, reading: readRevision(given) }
}

test('takes a revision that was answered three times in a row', async () => {
  const { ask, asked } = fleet({ web: 'abc' })
  expect(await request(ask, { expected: 'abc' }).reading).toEqual({ revision: 'abc' })
  expect(asked).toEqual(['web', 'web', 'web'])
})

test('a system without addresses has no revision', async () => {
  const { ask, asked } = fleet({})
  const reading = await request(ask, { source: { ...source, origins: [] }, urls: {}, expected: 'abc' }).reading
  expect(reading).toEqual({ seen: [], trouble: 'expected revision abc, found no address of the system to ask' })
  expect(asked).toEqual([])
})

test('waits, second by second, until every origin carries the expected revision', async () => {
  const { ask } = fleet({ web: 'old old new', api: '- old old old new' })
  const { clock, progress, reading } = request(ask, {
    source: { ...source, origins: ['web', 'api'] },
    expected: 'new',
    wait: 60_000,
  })
  await clock.advance(4_000)
  expect(await reading).toEqual({ revision: 'new' })
  expect(progress).toEqual([
    'shop: waiting, expected revision new, found old on web; api: refused',
    'shop: waiting, expected revision new, found old on web; old on api',
    'shop: waiting, expected revision new, found new on web; old on api',
  ])
})

test('an answer of the old revision starts the row again', async () => {
  const { ask, asked } = fleet({ web: 'new new old new' })
  const { clock, reading } = request(ask, { expected: 'new', wait: 60_000 })
  await clock.advance(1_000)
  expect(await reading).toEqual({ revision: 'new' })
  expect(asked).toHaveLength(6)
})

test('gives up when the time is over, and says what it found last', async () => {
  const { ask } = fleet({ web: 'old' })
  const { clock, reading } = request(ask, { expected: 'new', wait: 3_000 })
  await clock.advance(3_000)
  expect(await reading).toEqual({
    seen: ['old'],
    trouble: 'expected revision new, found old on web, after 3s',
  })
})

test('sees a mixed fleet behind one origin, and between origins', async () => {
  expect(await request(fleet({ web: 'a b' }).ask).reading).toEqual({
    seen: ['a', 'b'],
    trouble: 'expected one revision on all origins, found a and b on web (a mixed fleet)',
  })
  const { ask } = fleet({ web: 'a', ws: 'b' })
  expect(await request(ask, { source: { ...source, origins: ['web', 'ws'] } }).reading).toMatchObject({
    trouble: 'expected one revision on all origins, found a on web; b on ws',
  })
})

test('a system that tells none is not waited for, unless one is expected', async () => {
  const without = request(fleet({ web: '-' }).ask, { wait: 60_000 })
  expect(await without.reading).toMatchObject({ seen: [] })
  expect(without.clock.now()).toBe(fakeClock().now())
})

test('confirming ends at once when another revision is seen, and bears a lost answer', async () => {
  const confirm = { expected: 'a', until: 'readable', wait: 10_000 } as const
  expect(await request(fleet({ web: 'b' }).ask, confirm).reading).toMatchObject({ seen: ['b'] })
  const lost = request(fleet({ web: 'a - a' }).ask, confirm)
  await lost.clock.advance(1_000)
  expect(await lost.reading).toEqual({ revision: 'a' })
})

test('an answer that never comes ends after five seconds, and a stop ends everything', async () => {
  const silent: AskRevision = (_origin, _source, { signal }) =>
    new Promise(resolve => signal.addEventListener('abort', () => resolve({ trouble: 'aborted' })))
  const late = request(silent)
  await late.clock.advance(5_000)
  expect(await late.reading).toMatchObject({ trouble: expect.stringContaining('web: no answer within 5s') })
  const controller = new AbortController()
  const stopped = request(silent, { wait: 60_000, expected: 'a', signal: controller.signal })
  controller.abort('SIGINT')
  expect(await stopped.reading).toMatchObject({ trouble: expect.stringContaining('not asked to the end') })
})

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const options = { headers: { 'x-vedette-run': 'r1' }, signal: new AbortController().signal }

test.each<[string, RequestListener, RevisionAnswer | { trouble: unknown }]>([
  ['the header', (_, response) => response.setHeader('X-Revision', 'abc').end('nothing'), { revision: 'abc' }],
  ['the JSON field', (_, response) => response.end('{"build":{"revision":"def"}}'), { revision: 'def' }],
  ['a number', (_, response) => response.end('{"build":{"revision":17}}'), { revision: '17' }],
  [
    'a sick instance, which has a revision too',
    (_, response) => response.writeHead(503).end('{"build":{"revision":"abc"}}'),
    { revision: 'abc' },
  ],
  [
    'neither',
    (_, response) => response.writeHead(404).end('<html>'),
    {
      trouble: expect.stringMatching(
        /^neither a header x-revision nor a JSON field build.revision at .* \(status 404\)$/,
      ),
    },
  ],
  ['a closed connection', request => request.destroy(), { trouble: expect.stringMatching(/^no answer from http/) }],
])('reads %s', async (_name, listener, expected) => {
  expect(await askRevision(await serve(listener), { ...source, json: 'build.revision' }, options)).toEqual(expected)
})

test('an authority that nobody knows is told with the way to trust it', async () => {
  const { key, cert } = selfSigned({ names: ['127.0.0.1'] })
  const server = createSecure({ key, cert }, (_, response) => response.end('{}')).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const origin = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await askRevision(origin, source, options)).toEqual({
    trouble: `no answer from ${origin.href}version (self-signed certificate; NODE_EXTRA_CA_CERTS may name a file of authorities (PEM) that are trusted as well)`,
  })
})

test('asks with our marks, over a new connection each time', async () => {
  const ports = new Set<number>()
  const runs: unknown[] = []
  const origin = await serve((incoming, response) => {
    ports.add(incoming.socket.remotePort!)
    runs.push(incoming.headers['x-vedette-run'])
    response.end('{"revision":"abc"}')
  })
  for (let count = 0; count < 3; count++) await askRevision(origin, source, options)
  expect(ports.size).toBe(3)
  expect(runs).toEqual(['r1', 'r1', 'r1'])
})
