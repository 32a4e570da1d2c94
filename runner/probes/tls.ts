import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { z } from 'zod'
import { below, parseOptions, show } from '../config/options.ts'
import type { Breach, Observation, Phase } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { RunnerFault } from '../core/fault.ts'
import { publicOnly } from '../system/address-guard.ts'
import { isSecure, type Target } from '../system/connector.ts'
import { type ContextOptions, createTlsContexts, type TlsContexts } from '../system/tls-contexts.ts'
import {
  type CertificateLife,
  certificateFields,
  chainOf,
  daysFigures,
  daysLimits,
  lifeBreaches,
  lifeMetrics,
  lifeOf,
} from './parts/certificate.ts'
import {
  dial,
  phasesOf,
  placeFields,
  placeName,
  placeOf,
  placeOrigins,
  placeProblems,
  type Times,
} from './parts/dial.ts'
import { addresses, ca, caFiles, family, fits, list, patterns } from './parts/fields.ts'
import { certificateTrouble, type Trouble } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

export const tlsOptions = z.strictObject({
  ...placeFields,
  names: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'Names that the certificate must hold; a handshake is made for each, as the server may have one certificate a name. Default: the host.',
    ),
  ...certificateFields,
  minVersion: z.enum(versions).optional().describe("Lowest version that may be agreed. Default: 'TLSv1.2'."),
  refuses: z
    .array(z.enum(versions))
    .optional()
    .describe('Versions that must be refused: a handshake with each must fail.'),
  cipher: patterns
    .optional()
    .describe('Text that the name of the agreed cipher contains, or expressions that it matches.'),
  ca,
  family,
  addresses,
})

/** Options of `tls`. */
export type TlsOptions = z.input<typeof tlsOptions>
type Options = z.output<typeof tlsOptions>

/**
 * Looks at the certificate of a server and at how it speaks TLS.
 *
 * @example tls({ names: ['shop.example.com', 'www.shop.example.com'], daysLeft: limit('COD-40') })
 */
export function tls(given: TlsOptions = {}): Probe {
  const at = ['tls']
  const { options, problems } = parseOptions(at, tlsOptions, given)
  const common = {
    kind: 'tls',
    summary: `certificate of ${Array.isArray(options.names) ? options.names.join(', ') : placeName(options)}`,
  }
  if (problems.length > 0) return unusable(common.kind, common.summary, problems)
  const contexts = createTlsContexts()
  return Object.freeze({
    ...common,
    origins: placeOrigins(options),
    limits: daysLimits(options),
    figures: daysFigures(options),
    files: caFiles(options.ca),
    problems: below(at, placeProblems(options)),
    observe: (run: ProbeRun) => observe(run, options, contexts),
  })
}

interface Handshake {
  readonly phases: readonly Phase[]
  readonly trouble?: Trouble
  readonly certificate?: X509Certificate
  readonly life?: CertificateLife
  readonly version?: string | undefined
}

async function observe(run: ProbeRun, options: Options, contexts: TlsContexts): Promise<Observation> {
  const place = placeOf(run, options)
  const phases: Phase[] = []
  const seen: Handshake[] = []
  const metrics = () => metricsOf(seen)
  for (const name of options.names ?? [place.host]) {
    const handshake = await shake(run, options, contexts, place, name, seen.length)
    seen.push(handshake)
    phases.push(...handshake.phases)
    if (handshake.trouble) return { ok: false, ...handshake.trouble, phases, metrics: metrics() }
  }
  for (const version of options.refuses ?? []) {
    const trouble = await accepts(run, options, contexts, place, version)
    if (trouble) return { ok: false, ...trouble, phases, metrics: metrics() }
  }
  const breaches: readonly Breach[] = lifeBreaches(run, options, shortest(seen))
  return { ok: true, phases, metrics: metrics(), ...(breaches.length === 0 ? {} : { breaches }) }
}

/** Of all handshakes the life that ends first. */
const shortest = (seen: readonly Handshake[]): CertificateLife =>
  seen.flatMap(({ life }) => life ?? []).reduce((a, b) => (b.end < a.end ? b : a))

function metricsOf(seen: readonly Handshake[]): Readonly<Record<string, number>> {
  const last = seen.at(-1)
  if (!last?.certificate || !seen.some(({ life }) => life)) return {}
  return {
    ...lifeMetrics(shortest(seen)),
    tls_chain_length: chainOf(last.certificate).length,
    tls_version: Number(last.version?.replace('TLSv', '') ?? 0),
  }
}

const guardOf = (options: Options) => (options.addresses === 'public' ? publicOnly() : undefined)

async function shake(
  run: ProbeRun,
  options: Options,
  contexts: TlsContexts,
  place: { readonly host: string; readonly port: number },
  name: string,
  hop: number,
): Promise<Handshake> {
  const times: Times = { started: run.clock.monotonic() }
  const given: ContextOptions = options.ca === undefined ? {} : { ca: options.ca }
  // Verified afterwards, so that a bad certificate can be looked at as well.
  const secure = {
    context: contexts.get(given, run),
    servername: isIP(name) === 0 ? name : undefined,
    verify: false,
  }
  const target: Target = { ...place, family: options.family, guard: guardOf(options), secure }
  const dialled = await dial(run, target, times)
  if ('trouble' in dialled) return { phases: phasesOf(times, undefined, hop), trouble: dialled.trouble }
  const { socket } = dialled
  try {
    if (!isSecure(socket)) throw new RunnerFault('expected a TLS socket, found a plain one')
    const certificate = socket.getPeerX509Certificate()
    if (!certificate) {
      return {
        phases: phasesOf(times, undefined, hop),
        trouble: { reason: 'tls', detail: `expected a certificate of ${name}, found none` },
      }
    }
    const life = lifeOf(certificate, run.clock.now())
    const version = socket.getProtocol() ?? undefined
    const seen = { phases: phasesOf(times, undefined, hop), certificate, life, version }
    const trouble =
      trustTrouble(name, certificate, life, socket.authorizationError as Error | string | undefined) ??
      versionTrouble(options, version) ??
      cipherTrouble(options, socket.getCipher().name)
    return trouble ? { ...seen, trouble } : seen
  } finally {
    socket.destroy()
  }
}

function trustTrouble(
  name: string,
  certificate: X509Certificate,
  life: CertificateLife,
  error: Error | string | undefined,
): Trouble | undefined {
  const held = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)
  const code =
    error === undefined || error === null
      ? ''
      : typeof error === 'string'
        ? error
        : ((error as { code?: string }).code ?? error.message)
  const bad =
    code === '' || code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? undefined
      : (certificateTrouble(code) ?? `one that is refused`)
  if (bad !== undefined) {
    const when =
      code === 'CERT_HAS_EXPIRED' && life.daysLeft < 0 ? `, ${formatDuration(-life.daysLeft * 86_400_000)} ago` : ''
    return { reason: 'tls', detail: `expected a valid certificate for ${name}, found ${bad}${when} (${code})` }
  }
  if (held !== undefined) return undefined
  const names = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ')
  return { reason: 'tls', detail: `expected a certificate for ${name}, found one for ${names || 'no name'}` }
}

function versionTrouble({ minVersion = 'TLSv1.2' }: Options, version: string | undefined): Trouble | undefined {
  const found = versions.indexOf(version as (typeof versions)[number])
  if (found >= versions.indexOf(minVersion)) return undefined
  return { reason: 'tls', detail: `expected ${minVersion} or newer, found ${version ?? 'no version'}` }
}

function cipherTrouble({ cipher }: Options, name: string): Trouble | undefined {
  const missed = list(cipher).find(wanted => !fits(wanted, name))
  return missed === undefined
    ? undefined
    : { reason: 'tls', detail: `expected a cipher like ${show(missed)}, found ${name}` }
}

/** Whether the server still takes an old version: that is the trouble here. */
async function accepts(
  run: ProbeRun,
  options: Options,
  contexts: TlsContexts,
  place: { readonly host: string; readonly port: number },
  version: (typeof versions)[number],
): Promise<Trouble | undefined> {
  const times: Times = { started: run.clock.monotonic() }
  // Our own library has to be talked into versions that it thinks too weak.
  const context = contexts.get({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }, run)
  const [first] = options.names ?? [place.host]
  const secure = { context, servername: isIP(first!) === 0 ? first : undefined, verify: false }
  const dialled = await dial(run, { ...place, family: options.family, guard: guardOf(options), secure }, times)
  if ('socket' in dialled) {
    dialled.socket.destroy()
    return { reason: 'tls', detail: `expected ${version} to be refused, found that it is accepted` }
  }
  return dialled.trouble.reason === 'tls' ? undefined : dialled.trouble
}
