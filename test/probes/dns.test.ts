import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type Answer, decode, encode, type Packet, streamEncode, TRUNCATED_RESPONSE } from 'dns-packet'
import { describe, expect, test } from 'vitest'
import { type DnsOptions, dns } from '../../runner/index.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { observe } from '../support/probe-run.ts'

const aa = 1 << 10
type Reply = Omit<Packet, 'id' | 'questions'> & { readonly rcode?: number }
type Replier = (query: Packet, via: 'udp' | 'tcp', count: number) => Reply | Buffer | undefined
/** Packets that go out before the answer. */
type Noise = (query: Packet) => readonly Buffer[]

/** A name server on loopback, UDP and TCP on one port, that answers as it is told. */
async function nameServer(reply: Replier, noise: Noise = () => []) {
  let count = 0
  const sockets = new Set<{ destroy(): void }>()
  const answerTo = (message: Buffer, via: 'udp' | 'tcp'): Packet | Buffer | undefined => {
    const query = decode(message)
    count += 1
    const said = reply(query, via, count)
    if (said === undefined || Buffer.isBuffer(said)) return said
    const { rcode = 0, flags = 0, ...rest } = said
    return { type: 'response', id: query.id!, questions: query.questions!, ...rest, flags: flags | rcode }
  }
  const tcp = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', chunk => {
      const said = answerTo(chunk.subarray(2), 'tcp')
      if (said === undefined) return
      socket.end(Buffer.isBuffer(said) ? said : streamEncode(said))
    })
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4')
  udp.on('message', (message, from) => {
    for (const packet of noise(decode(message))) udp.send(packet, from.port, from.address)
    const said = answerTo(message, 'udp')
    if (said !== undefined) udp.send(Buffer.isBuffer(said) ? said : encode(said), from.port, from.address)
  })
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    server: `127.0.0.1:${port}`,
    get count() {
      return count
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      udp.close()
      tcp.close()
      await once(tcp, 'close')
    },
  }
}

const a = (data: string, ttl = 60): Answer => ({ type: 'A', name: 'shop.test', ttl, data })

async function ask(reply: Replier, options: DnsOptions = {}) {
  await using names = await nameServer(reply)
  return await observe(dns({ name: 'shop.test', server: names.server, ...options }))
}

test('an answer has its figures', async () => {
  const saw = await ask(() => ({
    answers: [{ type: 'CNAME', name: 'shop.test', ttl: 1, data: 'edge.test' }, a('10.0.0.1'), a('10.0.0.2')],
  }))
  expect(saw).toEqual({
    ok: true,
    phases: [{ name: 'wait', hop: 0, duration: expect.any(Number) }],
    metrics: { dns_answers: 2, dns_authority: 0, dns_additional: 0, dns_bytes: expect.any(Number), dns_truncated: 0 },
  })
})

test('the name of the system is asked for when none is given', async () => {
  const asked: string[] = []
  await using names = await nameServer(query => {
    asked.push(`${query.questions![0]!.type} ${query.questions![0]!.name} ${decode(encode(query)).flag_rd}`)
    return { answers: [] }
  })
  await observe(dns({ server: names.server, type: 'AAAA' }), { url: 'https://shop.test/' })
  await observe(dns({ server: names.server, type: 'NS', recursion: false, origin: 'api' }), {
    url: { api: 'https://api.test/' },
  })
  expect(asked).toEqual(['AAAA shop.test true', 'NS api.test false'])
})

describe('records of type', () => {
  test.for<readonly [DnsOptions['type'], Answer['type'], unknown, string]>([
    ['AAAA', 'AAAA', '2001:db8::1', '2001:db8::1'],
    ['MX', 'MX', { preference: 10, exchange: 'mail.test' }, '10 mail.test'],
    ['TXT', 'TXT', ['v=spf1 ', '-all'], 'v=spf1 -all'],
    ['SRV', 'SRV', { priority: 1, weight: 2, port: 443, target: 'a.test' }, '1 2 443 a.test'],
    ['CAA', 'CAA', { flags: 0, tag: 'issue', value: 'letsencrypt.org' }, '0 issue letsencrypt.org'],
    ['NS', 'NS', 'ns1.test', 'ns1.test.'],
    [
      'SOA',
      'SOA',
      { mname: 'ns1.test', rname: 'me.test', serial: 7, refresh: 1, retry: 2, expire: 3, minimum: 4 },
      'ns1.test me.test 7 1 2 3 4',
    ],
  ])('%s', async ([type, kind, data, text]) => {
    const saw = await ask(() => ({ answers: [{ type: kind, name: 'shop.test', ttl: 60, data } as Answer] }), {
      type: type!,
      expect: { answers: text, only: true },
    })
    expect(saw).toMatchObject({ ok: true })
  })
})

describe('expectations', () => {
  const two: Replier = () => ({ answers: [a('10.0.0.1'), a('10.0.0.2', 900)] })
  const none: Replier = () => ({ answers: [] })
  const code =
    (rcode: number): Replier =>
    () => ({ rcode })
  test.for<readonly [string, Replier, DnsOptions['expect'], string]>([
    [
      'a record that is missing',
      two,
      { answers: '10.0.0.3' },
      "assertion: expected '10.0.0.3' among the records A shop.test, found 10.0.0.1, 10.0.0.2",
    ],
    [
      'a record by expression',
      two,
      { answers: [/^10\./, /^11\./] },
      'assertion: expected /^11\\./ among the records A shop.test, found 10.0.0.1, 10.0.0.2',
    ],
    [
      'a record too many',
      two,
      { answers: '10.0.0.1', only: true },
      "assertion: expected no records A shop.test but '10.0.0.1', found 10.0.0.2",
    ],
    ['none wanted', two, { none: true }, 'assertion: expected no record A shop.test, found 10.0.0.1, 10.0.0.2'],
    [
      'their number',
      two,
      { count: { gte: 3 } },
      'assertion: expected the number of records A shop.test to be at least 3, found 2',
    ],
    [
      'how long they last',
      two,
      { ttl: { lte: 300 } },
      'assertion: expected the ttl of 10.0.0.2 to be at most 300, found 900',
    ],
    [
      'authority',
      two,
      { authoritative: true },
      'assertion: expected an answer with authority (AA) to be true, found false',
    ],
    [
      'authority section',
      two,
      { authority: 'ns1.test' },
      "assertion: expected 'ns1.test' in the authority section, found nothing",
    ],
    ['no answer', none, {}, 'dns: expected a record A shop.test, found none'],
    ['no such name', code(3), {}, 'dns: expected NOERROR for A shop.test, found NXDOMAIN (there is no such name)'],
    ['a server in trouble', code(2), {}, 'dns: expected NOERROR for A shop.test, found SERVFAIL'],
    ['a refusal', code(5), {}, 'dns: expected NOERROR for A shop.test, found REFUSED'],
    ['a name that should not be', two, { rcode: 'NXDOMAIN' }, 'dns: expected NXDOMAIN for A shop.test, found NOERROR'],
  ])('%s', async ([, reply, wanted, told]) => {
    const saw = await ask(reply, { expect: wanted })
    expect(saw.ok ? 'it passed' : `${saw.reason}: ${saw.detail}`).toBe(told)
  })

  test('all kept', async () => {
    expect(await ask(code(3), { expect: { rcode: ['NXDOMAIN', 'REFUSED'] } })).toMatchObject({ ok: true })
    expect(await ask(none, { expect: { none: true } })).toMatchObject({ ok: true })
    const authority: Answer[] = [{ type: 'NS', name: 'shop.test', ttl: 5, data: 'ns1.test' }]
    const full: Replier = () => ({ answers: [a('10.0.0.1')], authorities: authority, flags: aa })
    expect(
      await ask(full, {
        expect: { answers: '10.0.0.1', only: true, count: 1, ttl: 60, authoritative: true, authority: /ns1/ },
      }),
    ).toMatchObject({ ok: true, metrics: { dns_authority: 1 } })
  })
})

test('an answer that was cut off is asked for again by TCP', async () => {
  const ways: string[] = []
  const saw = await ask((_, via) => {
    ways.push(via)
    return via === 'udp' ? { flags: TRUNCATED_RESPONSE, answers: [] } : { answers: [a('10.0.0.1')] }
  })
  expect(saw).toMatchObject({ ok: true, metrics: { dns_truncated: 1, dns_answers: 1 } })
  expect(ways).toEqual(['udp', 'tcp'])
})

test('by TCP alone', async () => {
  expect(
    await ask((_, via) => (via === 'tcp' ? { answers: [a('10.0.0.1')] } : undefined), { transport: 'tcp' }),
  ).toMatchObject({ ok: true })
  expect(await ask(() => Buffer.alloc(0), { transport: 'tcp' })).toMatchObject({
    ok: false,
    reason: 'protocol',
    detail: expect.stringMatching(
      /^expected an answer of .+, found that the server closed the connection without an answer$/,
    ),
  })
})

describe('a server that', () => {
  const bytes = (query: Packet, ...rest: number[]) => Buffer.from([query.id! >> 8, query.id! & 255, ...rest])
  test.for<readonly [string, Replier, RegExp]>([
    ['sends a scrap', () => Buffer.from([1, 2, 3]), /found a packet of 3 bytes, too short for an answer$/],
    [
      'sends garbage',
      query => bytes(query, 0x80, 0, 0, 1, 0, 9, 0, 0, 0, 0, 255, 255),
      /found a packet that cannot be read/,
    ],
    [
      'has names that point at themselves',
      query => bytes(query, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1),
      /found a packet that cannot be read/,
    ],
    ['asks back', query => encode(query), /found a question instead of an answer$/],
  ])('%s', async ([, reply, detail]) => {
    expect(await ask(reply)).toMatchObject({ ok: false, reason: 'protocol', detail: expect.stringMatching(detail) })
  })

  test('answers other questions first', async () => {
    const strange = (id: number, name: string) =>
      encode({ type: 'response', id, questions: [{ type: 'A', name }], answers: [a('6.6.6.6')] })
    await using names = await nameServer(
      () => ({ answers: [a('10.0.0.1')] }),
      query => [strange(query.id! ^ 1, 'shop.test'), strange(query.id!, 'other.test')],
    )
    const saw = await observe(
      dns({ name: 'shop.test', server: names.server, expect: { answers: '10.0.0.1', only: true } }),
    )
    expect(saw).toMatchObject({ ok: true })
  })

  test('is not there', async () => {
    const port = await nameServer(() => undefined).then(async names => {
      await names[Symbol.asyncDispose]()
      return names.server
    })
    for (const transport of ['udp', 'tcp'] as const) {
      expect(await observe(dns({ name: 'shop.test', server: port, transport }))).toMatchObject({
        ok: false,
        reason: 'connect',
        detail: `expected a connection to ${port}, found it refused (ECONNREFUSED)`,
      })
    }
  })

  test('loses packets is asked again, and in the end that is a timeout', async () => {
    const clock = fakeClock()
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await using names = await nameServer((_, __, count) => void asked[count - 1]?.resolve())
    const seen = observe(dns({ name: 'shop.test', server: names.server }), { clock, timeout: 6_000 })
    for (const { promise } of asked) {
      await promise
      await clock.advance(2_000)
    }
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: `no answer within 6s: asked ${names.server} for A shop.test, then nothing`,
    })
    expect(names.count).toBe(3)
  })
})

test.for<readonly [unknown, string, string]>([
  [{ type: 'B' }, 'type', "expected one of 'A', 'AAAA'"],
  [
    { server: 'ns1.example.com' },
    'server',
    "expected the address of a name server such as '1.1.1.1' or '127.0.0.1:5353', found 'ns1.example.com'",
  ],
  [{ server: '1.1.1.1:99999' }, 'server', "found '1.1.1.1:99999'"],
  [{ expect: { none: true, answers: 'a' } }, 'expect.none', 'expected either `answers` or `none`, found both'],
  [{ expect: { only: true } }, 'expect.only', 'expected `answers` beside `only`, found none'],
  [{ expect: { rcode: 'NOPE' } }, 'expect.rcode', 'NXDOMAIN'],
])('options %j', ([options, where, message]) => {
  const { problems = [] } = dns(options as DnsOptions)
  expect(problems.map(({ path }) => path.join('.'))).toEqual([`dns.${where}`])
  expect(problems[0]!.message).toContain(message)
})
