/** Certificates made on the spot, good ones and bad ones, without any program besides Node: X.509 v3, ECDSA P-256. */

import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** PEM texts, as `tls.createServer` takes them. */
export interface Issued {
  readonly key: string
  readonly cert: string
}

export interface CertificateOptions {
  /** Names and addresses it is for. */
  readonly names: readonly string[]
  /** Default: yesterday. */
  readonly from?: Date
  /** Default: in 90 days. */
  readonly to?: Date
}

export interface Authority extends Issued {
  issue(options: CertificateOptions): Issued
  /** An authority that this one vouches for. */
  intermediate(name: string): Authority
}

const day = 86_400_000
export const daysFromNow = (days: number): Date => new Date(Date.now() + days * day)

/** An authority that nobody knows until told. */
export function createAuthority(name = 'Vedette test authority'): Authority {
  const pair = keyPair()
  const cert = certificate({
    subject: name,
    issuer: name,
    publicKey: pair.publicKey,
    signer: pair.privateKey,
    isAuthority: true,
    to: daysFromNow(3_650),
  })
  return authority(name, pair.privateKey, cert)
}

/** A certificate that vouches for itself. */
export function selfSigned(options: CertificateOptions): Issued {
  const pair = keyPair()
  const subject = options.names[0]!
  const cert = certificate({ ...options, subject, issuer: subject, publicKey: pair.publicKey, signer: pair.privateKey })
  return { key: pem(pair.privateKey), cert }
}

function authority(name: string, key: KeyObject, cert: string): Authority {
  return {
    key: pem(key),
    cert,
    issue(options) {
      const pair = keyPair()
      const made = certificate({
        ...options,
        subject: options.names[0]!,
        issuer: name,
        publicKey: pair.publicKey,
        signer: key,
      })
      return { key: pem(pair.privateKey), cert: made }
    },
    intermediate(inner) {
      const pair = keyPair()
      const made = certificate({
        subject: inner,
        issuer: name,
        publicKey: pair.publicKey,
        signer: key,
        isAuthority: true,
        to: daysFromNow(1_800),
      })
      return authority(inner, pair.privateKey, made)
    },
  }
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject) =>
  createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }))
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()

interface Body extends Partial<CertificateOptions> {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly isAuthority?: boolean
}

// ---- DER, as much of it as a certificate needs ---------------------------------------------------------------------

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const octets = (content: Uint8Array) => der(0x04, content)
const truth = der(0x01, Buffer.from([0xff]))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const commonName = (name: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))

/** YYYYMMDDHHMMSSZ, as UTCTime until 2049. */
function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

const address = (text: string) =>
  isIP(text) === 4
    ? Buffer.from(text.split('.').map(Number))
    : Buffer.from(new URL(`http://[${text}]`).hostname === '[::1]' ? `${'00'.repeat(15)}01` : '00'.repeat(16), 'hex')

function certificate({
  subject,
  issuer,
  publicKey,
  signer,
  names = [],
  from = daysFromNow(-1),
  to = daysFromNow(90),
  isAuthority = false,
}: Body): string {
  const alternatives = names.map(name => (isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, address(name))))
  const extensions = [
    sequence(oid('551d13'), truth, octets(isAuthority ? sequence(truth) : sequence())),
    ...(isAuthority ? [sequence(oid('551d0f'), truth, octets(der(0x03, Buffer.from([0x02, 0x04]))))] : []),
    ...(alternatives.length === 0 ? [] : [sequence(oid('551d11'), octets(sequence(...alternatives)))]),
  ]
  // The first bit stays 0, or the serial would be a negative number.
  const serial = Buffer.concat([Buffer.from([0x11]), randomBytes(8)])
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(from), time(to)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, signer)
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
