/** What is kept of an attempt: read from scratch, scrubbed, put into the artifact sink. Trouble here never changes a verdict. */

import { readFile, stat } from 'node:fs/promises'
import type { Artifact } from '../core/contracts.ts'
import type { JourneySource } from '../core/definitions.ts'
import type { Scrub } from '../core/redaction.ts'
import { maskedAnnotation } from './fixture/masks.ts'
import type { ReportedAttachment, TestEndLine } from './protocol.ts'
import { reportOf } from './truth.ts'
import { readZip, writeZip } from './zip.ts'

/** Where artifacts go. `undefined`: not kept (budget, disk), which is no error. */
export interface ArtifactSink {
  put(kind: Artifact['kind'], name: string, contentType: string, data: Buffer): Promise<Artifact | undefined>
}

/** Names of the attachments that our fixture makes. */
export const attachmentNames = {
  console: 'vedette-console',
  network: 'vedette-network',
  metrics: 'vedette-metrics',
  findings: 'vedette-findings',
} as const

const largest = 32 * 2 ** 20
const mostAttachments = 20

export interface EvidenceOrders {
  readonly sink: ArtifactSink
  readonly scrub: Scrub
  /** Whether there is anything to scrub. */
  readonly secrets: boolean
  readonly screenshots: JourneySource['screenshots']
  /** Only pictures that our fixture has masked may be kept. */
  readonly masked: boolean
  readonly passed: boolean
  /** A pass keeps its trace as well: somebody asked for it. */
  readonly traced: boolean
  trouble(message: string, error: unknown): void
}

/** Keeps the evidence of one attempt: of a pass one screenshot, of a failure everything. Its names tell the attempts of a run apart. */
export async function keepEvidence(end: TestEndLine, orders: EvidenceOrders): Promise<readonly Artifact[]> {
  const seen = end.attachments.filter(attachment => mayBeSeen(attachment, end, orders))
  const chosen = choose(seen, orders)
  const attempt = end.retry === 0 && end.final ? '' : `attempt-${end.retry + 1}-`
  const kept: (Artifact | undefined)[] = []
  if (!orders.passed && end.errors.length > 0) {
    kept.push(await put('attachment', 'error.txt', 'text/plain', async () => Buffer.from(reportOf(end.errors))))
  }
  for (const attachment of chosen) {
    kept.push(await put(kindOf(attachment), fileName(attachment), attachment.contentType, () => contentOf(attachment)))
  }
  const hasScreenshot = kept.some(artifact => artifact?.kind === 'screenshot')
  const trace = seen.find(({ name }) => name === 'trace')
  if (!orders.passed && orders.screenshots !== 'off' && !hasScreenshot && trace) {
    kept.push(await put('screenshot', 'screenshot.jpeg', 'image/jpeg', async () => lastFrame(await contentOf(trace))))
  }
  return kept.filter(artifact => artifact !== undefined)

  async function put(
    kind: Artifact['kind'],
    name: string,
    contentType: string,
    read: () => Promise<Buffer | undefined>,
  ) {
    try {
      const data = await read()
      if (!data) return undefined
      const clean = scrubbed(data, contentType, name, orders)
      return await orders.sink.put(kind, `${attempt}${name}`, contentType, clean)
    } catch (error) {
      orders.trouble(`${name} was not kept`, error)
      return undefined
    }
  }
}

function choose(attachments: readonly ReportedAttachment[], orders: EvidenceOrders): readonly ReportedAttachment[] {
  const foreign = attachments.filter(({ name }) => name !== attachmentNames.metrics && !name.startsWith('_'))
  const images = foreign.filter(item => kindOf(item) === 'screenshot')
  if (orders.passed) {
    const traces = foreign.filter(item => kindOf(item) === 'trace')
    return [...(orders.screenshots === 'all' ? images.slice(-1) : []), ...(orders.traced ? traces : [])]
  }
  return foreign
    .filter(item => orders.screenshots !== 'off' || !item.contentType.startsWith('image/'))
    .slice(0, mostAttachments)
}

/** Of a test whose pictures must be masked, only those count that our fixture has masked; a trace is a book of pictures. */
function mayBeSeen(attachment: ReportedAttachment, end: TestEndLine, { masked }: EvidenceOrders): boolean {
  if (!masked || !/^(?:image|video)\/|zip/.test(attachment.contentType)) return true
  return kindOf(attachment) === 'screenshot' && end.annotations.some(({ type }) => type === maskedAnnotation)
}

function kindOf({ name, contentType }: ReportedAttachment): Artifact['kind'] {
  if (name === 'trace' && contentType === 'application/zip') return 'trace'
  if (name === attachmentNames.console) return 'console'
  if (name === attachmentNames.network) return 'network'
  return name === 'screenshot' ? 'screenshot' : 'attachment'
}

const endings: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpeg',
  'application/zip': '.zip',
  'application/json': '.json',
  'text/plain': '.txt',
  'text/html': '.html',
  'text/markdown': '.md',
  'video/webm': '.webm',
}

function fileName({ name, contentType }: ReportedAttachment): string {
  const ending = endings[contentType.split(';', 1)[0]!] ?? ''
  const plain =
    name
      .replace(/^vedette-/, '')
      .replace(/[^\w.-]+/g, '-')
      .slice(0, 80) || 'attachment'
  return plain.endsWith(ending) ? plain : `${plain}${ending}`
}

/** The bytes of an attachment. */
export async function contentOf({ path, body }: ReportedAttachment): Promise<Buffer> {
  if (body !== undefined) return Buffer.from(body, 'base64')
  const { size } = await stat(path!)
  if (size > largest) throw new Error(`expected at most ${largest} bytes, found ${size}`)
  return readFile(path!)
}

const opaque = /^(?:image|video|audio|font)\//

/** Without secrets, or an error: what cannot be scrubbed is not kept. */
function scrubbed(data: Buffer, contentType: string, name: string, { scrub, secrets }: EvidenceOrders): Buffer {
  if (!secrets || opaque.test(contentType)) return data
  if (contentType === 'application/zip' || data.subarray(0, 2).toString() === 'PK') {
    return writeZip(
      readZip(data).map(entry => ({
        name: scrub(entry.name),
        data: /\.(?:jpe?g|png|gif|webp|woff2?|ttf|mp4|webm)$/.test(entry.name)
          ? entry.data
          : scrubBytes(entry.data, scrub),
      })),
    )
  }
  if (/gzip|brotli|compress|octet-stream/.test(contentType)) {
    throw new Error(`expected text, found ${contentType} in ${name}, which cannot be scrubbed`)
  }
  return scrubBytes(data, scrub)
}

/** Text is scrubbed as text; bytes that are none byte by byte, so that they come out as they were. */
function scrubBytes(data: Buffer, scrub: Scrub): Buffer {
  const text = data.toString('utf8')
  if (!text.includes('\ufffd')) return Buffer.from(scrub(text))
  return Buffer.from(scrub(data.toString('latin1')), 'latin1')
}

/** The last picture of a trace, where the project takes no screenshots itself; a test without a page has none. */
function lastFrame(trace: Buffer): Buffer | undefined {
  const time = (name: string) => Number(/(\d+)\.jpe?g$/.exec(name)?.[1] ?? 0)
  return readZip(trace)
    .filter(({ name }) => /\.jpe?g$/.test(name))
    .toSorted((a, b) => time(a.name) - time(b.name))
    .at(-1)?.data
}
