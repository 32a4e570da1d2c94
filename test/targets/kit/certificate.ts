import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly key: string
  readonly cert: string
}

export interface CertificateOptions {
  readonly names: readonly string[]
  /** Epoch milliseconds. */
  readonly validFrom: number
  readonly validUntil: number
}

const authorityName = 'Reference systems'

/**
 * A certificate (P-256) for names and for 127.0.0.1, made in a few milliseconds without any other program. It is signed by the
 * authority of the reference systems, whose key everybody can know: trust it nowhere else.
 */
export function createCertificate(options: CertificateOptions): Certificate {
  const key = keyFrom(randomBytes(32))
  const { names } = options
  const alternatives = sequence(
    ...names.map(item => der(0x82, Buffer.from(item))),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  )
  const cert = issue({
    ...options,
    subject: names[0] ?? 'localhost',
    key,
    extension: extension('551d11', alternatives),
  })
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert }
}

/** The certificate of the authority (PEM): always for the same key, so that a copy of it goes on being right. */
export const authorityCertificate = (): string =>
  issue({
    subject: authorityName,
    key: authorityKey(),
    validFrom: Date.UTC(2026, 0, 1),
    validUntil: Date.UTC(2046, 0, 1),
    extension: extension('551d13', sequence(der(0x01, Buffer.from([0xff])))),
  })

const authorityKey = () => keyFrom(createHash('sha256').update('authority of the reference systems').digest())

/** The private key with this number, which is less than the order of the curve for all but one in 2^32. */
function keyFrom(number: Buffer): KeyObject {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(number)
  const point = curve.getPublicKey()
  const part = (from: number, to: number) => point.subarray(from, to).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', d: number.toString('base64url'), x: part(1, 33), y: part(33, 65) }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

interface Issue extends Pick<CertificateOptions, 'validFrom' | 'validUntil'> {
  readonly subject: string
  readonly key: KeyObject
  readonly extension: Buffer
}

function issue({ subject, key, validFrom, validUntil, extension }: Issue): string {
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    nameOf(authorityName),
    sequence(time(validFrom), time(validUntil)),
    nameOf(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  const signature = sign('sha256', body, authorityKey())
  const whole = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = whole.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

const nameOf = (text: string) => sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(text)))))

function der(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, Buffer.concat(parts))
const set = (part: Buffer) => der(0x31, part)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const integer = (bytes: Buffer) => der(0x02, bytes)
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value))
/** UTCTime, to the second: good until 2049. */
const time = (at: number) => der(0x17, Buffer.from(new Date(at).toISOString().replaceAll(/^20|[-:T]|\.\d+/g, '')))
