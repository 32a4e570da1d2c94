import { isIP } from 'node:net'
import type { Answer, DecodedPacket } from 'dns-packet'
import { z } from 'zod'
import { below, parseOptions, show } from '../config/options.ts'
import type { Observation, Phase, Problem } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import { hostOf } from '../system/connector.ts'
import {
  askByUdp,
  askOverTcp,
  type DnsQuestion,
  type DnsSeen,
  type DnsServer,
  parseServer,
  systemServers,
} from '../system/dns-exchange.ts'
import { compare, figureComparison } from './parts/comparison.ts'
import { dial, type Times } from './parts/dial.ts'
import { fits, list, originName, type Pattern, patterns } from './parts/fields.ts'
import { cutShort, type Trouble, troubleOf } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

const types = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'DNSKEY',
  'DS',
  'MX',
  'NAPTR',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'SSHFP',
  'TLSA',
  'TXT',
] as const
const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const

export const dnsOptions = z.strictObject({
  name: z.string().min(1).optional().describe("Name that is asked for. Default: the host of the system's address."),
  origin: originName,
  type: z.enum(types).optional().describe("Type of record. Default: 'A'."),
  server: z
    .string()
    .optional()
    .describe(
      "Name server that is watched: '1.1.1.1', '127.0.0.1:5353'. Default: those of this machine, in turn; their silence is our own trouble.",
    ),
  transport: z
    .enum(['udp', 'tcp'])
    .optional()
    .describe("How it is asked. Default: 'udp', and again by TCP when the answer was cut off."),
  recursion: z.boolean().optional().describe('Whether the server shall ask others (RD). Default: true.'),
  expect: z
    .strictObject({
      rcode: z
        .union([z.enum(codes), z.array(z.enum(codes)).min(1)])
        .optional()
        .describe("Code of the answer. Default: 'NOERROR'."),
      answers: patterns
        .optional()
        .describe('Records that must be among the answers: text that is the whole record, or expressions.'),
      only: z.boolean().optional().describe('True: no record but those of `answers`. Default: false.'),
      none: z.boolean().optional().describe('True: no record of this type. Default: false, at least one.'),
      count: figureComparison.optional().describe('Number of records of this type.'),
      ttl: figureComparison.optional().describe('Seconds that each record may be kept: `{ lte: 300 }`.'),
      authoritative: z.boolean().optional().describe('Whether the server answers with authority (AA).'),
      authority: patterns.optional().describe('Records that must be in the authority section.'),
    })
    .optional()
    .describe('What the answer is held to.'),
})

/** Options of `dns`. */
export type DnsOptions = z.input<typeof dnsOptions>
type Options = z.output<typeof dnsOptions>

/**
 * Asks a name server.
 *
 * @example dns({ name: 'shop.example.com', type: 'MX', expect: { answers: /mail\.example\.com$/ } })
 */
export function dns(given: DnsOptions = {}): Probe {
  const at = ['dns']
  const { options, problems } = parseOptions(at, dnsOptions, given)
  const common = { kind: 'dns', summary: `${options.type ?? 'A'} ${options.name ?? options.origin ?? 'web'}` }
  if (problems.length > 0) return unusable(common.kind, common.summary, problems)
  return Object.freeze({
    ...common,
    origins: options.name === undefined ? [options.origin ?? 'web'] : [],
    problems: below(at, conflicts(options)),
    observe: (run: ProbeRun) => observe(run, options),
  })
}

function conflicts({ server, expect = {} }: Options): readonly Problem[] {
  const wrong = (path: readonly string[], message: string): Problem => ({ level: 'error', path, message })
  const { host, port } = parseServer(server ?? '127.0.0.1')
  return [
    ...(isIP(host) !== 0 && Number.isInteger(port) && port > 0 && port < 65_536
      ? []
      : [
          wrong(
            ['server'],
            `expected the address of a name server such as '1.1.1.1' or '127.0.0.1:5353', found '${server}'`,
          ),
        ]),
    ...(expect.none && expect.answers !== undefined
      ? [wrong(['expect', 'none'], 'expected either `answers` or `none`, found both')]
      : []),
    ...(expect.only && expect.answers === undefined
      ? [wrong(['expect', 'only'], 'expected `answers` beside `only`, found none')]
      : []),
  ]
}

interface Asked {
  readonly packet: DecodedPacket
  readonly bytes: number
  readonly at: number
  readonly truncated: boolean
}

async function observe(run: ProbeRun, options: Options): Promise<Observation> {
  if (run.signal.aborted) return { ok: false, ...cutShort(run, 'the time was over before the start') }
  const name = (options.name ?? hostOf(run.url(options.origin))).replace(/\.$/, '')
  const question: DnsQuestion = { name, type: options.type ?? 'A', recursion: options.recursion ?? true }
  const servers = options.server === undefined ? systemServers() : [parseServer(options.server)]
  const started = run.clock.monotonic()
  const phases = (at: number): readonly Phase[] => [{ name: 'wait', duration: at - started, hop: 0 }]
  for (const [index, server] of servers.entries()) {
    const isLast = index === servers.length - 1
    const asked = await ask(run, question, server, options, options.server === undefined, isLast)
    if (asked === 'next') continue
    if ('reason' in asked) return { ok: false, ...asked, phases: phases(run.clock.monotonic()) }
    const { packet } = asked
    const records = ofType(packet, question.type)
    const trouble = judge(packet, records, question, options)
    const metrics = {
      dns_answers: records.length,
      dns_authority: packet.authorities?.length ?? 0,
      dns_additional: packet.additionals?.length ?? 0,
      dns_bytes: asked.bytes,
      dns_truncated: asked.truncated ? 1 : 0,
    }
    return { ...(trouble ? { ok: false, ...trouble } : { ok: true }), phases: phases(asked.at), metrics }
  }
  throw new RunnerFault(
    `expected a name server of this machine to answer (${servers.map(({ host }) => host).join(', ') || 'it has none'}), found that none does`,
  )
}

/** Asks one server. Servers of this machine that are silent are passed over: that is our own trouble, and there may be another. */
async function ask(
  run: ProbeRun,
  question: DnsQuestion,
  server: DnsServer,
  options: Options,
  isOurs: boolean,
  isLast: boolean,
): Promise<Asked | Trouble | 'next'> {
  const peer = `${server.host}:${server.port}`
  // A third of the time for the first try, so that one lost packet or one dead server of several does not decide.
  const again = Math.max(1, run.timeout / 3)
  using patience = isOurs && !isLast ? run.clock.deadline(again, run.signal) : undefined
  const signal = patience?.signal ?? run.signal
  const first =
    options.transport === 'tcp' ? undefined : await askByUdp(question, server, { clock: run.clock, signal, again })
  const truncated = first?.end.kind === 'answered' && first.end.packet.flag_tc
  const seen = first === undefined || truncated ? await askByTcp(run, question, server, signal) : first
  if ('reason' in seen) return isOurs ? unreachable(seen, isLast) : seen
  const { end } = seen
  if (end.kind === 'answered')
    return { packet: end.packet, bytes: end.bytes, at: seen.at, truncated: truncated ?? false }
  if (end.kind === 'garbage')
    return { reason: 'protocol', detail: `expected an answer of ${peer}, found ${end.detail}` }
  if (isOurs && run.signal.reason?.name !== 'AbortError')
    return unreachable({ reason: 'timeout', detail: `${peer} does not answer` }, isLast)
  if (end.kind === 'aborted') return cutShort(run, `asked ${peer} for ${question.type} ${question.name}, then nothing`)
  return troubleOf(end.error, (end.error as { code?: string }).code === 'ECONNREFUSED' ? 'connect' : 'wait', peer)
}

function unreachable({ detail }: Trouble, isLast: boolean): 'next' {
  if (!isLast) return 'next'
  throw new RunnerFault(`the resolver of this machine does not answer: ${detail}`)
}

async function askByTcp(
  run: ProbeRun,
  question: DnsQuestion,
  server: DnsServer,
  signal: AbortSignal,
): Promise<DnsSeen | Trouble> {
  const times: Times = { started: run.clock.monotonic() }
  const dialled = await dial({ ...run, signal }, server, times)
  if ('trouble' in dialled) return dialled.trouble
  return askOverTcp(dialled.socket, question, { clock: run.clock, signal })
}

interface Record {
  readonly text: string
  readonly ttl: number
}

/** Records of the wanted type; an alias on the way to them is not one. */
const ofType = ({ answers = [] }: DecodedPacket, type: string): readonly Record[] =>
  answers.filter(answer => answer.type === type).map(recordOf)

function judge(
  packet: DecodedPacket,
  records: readonly Record[],
  { name, type }: DnsQuestion,
  options: Options,
): Trouble | undefined {
  const expect = options.expect ?? {}
  const wanted = list(expect.rcode ?? 'NOERROR')
  const code = (packet as { rcode?: string }).rcode ?? 'NOERROR'
  const asked = `${type} ${name}`
  if (!wanted.some(item => item === code)) {
    const meaning = code === 'NXDOMAIN' ? ' (there is no such name)' : ''
    return { reason: 'dns', detail: `expected ${wanted.join(' or ')} for ${asked}, found ${code}${meaning}` }
  }
  const found = records.map(({ text }) => text)
  const told = found.length === 0 ? 'none' : found.slice(0, 5).join(', ')
  if (expect.none && found.length > 0)
    return { reason: 'assertion', detail: `expected no record ${asked}, found ${told}` }
  const mayBeEmpty =
    expect.none ||
    expect.count !== undefined ||
    expect.authority !== undefined ||
    !wanted.includes('NOERROR') ||
    expect.rcode !== undefined
  if (!mayBeEmpty && found.length === 0) return { reason: 'dns', detail: `expected a record ${asked}, found none` }
  const answers = list<Pattern>(expect.answers)
  const missed = answers.find(item => !found.some(text => matches(item, text)))
  const extra = expect.only ? found.find(text => !answers.some(item => matches(item, text))) : undefined
  const authority = (packet.authorities ?? []).map(record => recordOf(record).text)
  const unauthored = list<Pattern>(expect.authority).find(item => !authority.some(text => matches(item, text)))
  const sentences = [
    missed === undefined ? undefined : `expected ${show(missed)} among the records ${asked}, found ${told}`,
    extra === undefined
      ? undefined
      : `expected no records ${asked} but ${answers.map(show).join(', ')}, found ${extra}`,
    expect.count === undefined ? undefined : compare(`the number of records ${asked}`, expect.count, found.length),
    ...(expect.ttl === undefined
      ? []
      : records.map(({ text, ttl }) => compare(`the ttl of ${text}`, expect.ttl!, ttl))),
    expect.authoritative === undefined
      ? undefined
      : compare('an answer with authority (AA)', expect.authoritative, packet.flag_aa),
    unauthored === undefined
      ? undefined
      : `expected ${show(unauthored)} in the authority section, found ${authority.join(', ') || 'nothing'}`,
  ]
  const detail = sentences.find(sentence => sentence !== undefined)
  return detail === undefined ? undefined : { reason: 'assertion', detail }
}

const matches = (wanted: Pattern, text: string) =>
  wanted instanceof RegExp
    ? fits(wanted, text)
    : wanted.toLowerCase().replace(/\.$/, '') === text.toLowerCase().replace(/\.$/, '')

/** A record as zone files write it: `10 mail.example.com`. */
function recordOf(answer: Answer): Record {
  const ttl = 'ttl' in answer ? (answer.ttl ?? 0) : 0
  const { data } = answer as { data?: unknown }
  return { ttl, text: dataText(answer.type, data) }
}

function dataText(type: string, data: unknown): string {
  if (typeof data === 'string') return data
  // A long text travels in pieces that belong together.
  if (Buffer.isBuffer(data)) return data.toString('utf8')
  if (Array.isArray(data)) return data.map(part => dataText(type, part)).join('')
  const fields = data as { readonly [name: string]: unknown }
  const order: Readonly<{ [type: string]: readonly string[] }> = {
    MX: ['preference', 'exchange'],
    SRV: ['priority', 'weight', 'port', 'target'],
    SOA: ['mname', 'rname', 'serial', 'refresh', 'retry', 'expire', 'minimum'],
    CAA: ['flags', 'tag', 'value'],
  }
  const names = order[type] ?? Object.keys(fields ?? {})
  return names
    .map(name => (Buffer.isBuffer(fields[name]) ? (fields[name] as Buffer).toString('hex') : String(fields[name])))
    .join(' ')
}
