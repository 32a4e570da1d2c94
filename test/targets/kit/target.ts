import { parseArgs } from 'node:util'
import type { TargetClock } from './clock.ts'
import { listenControl } from './control.ts'
import type { Listener } from './listen.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import type { Parts } from './parts.ts'

/** What every reference system can be told at its start. */
export interface TargetOptions {
  /** First of its ports, in the order of its addresses. Default 0: any free ones. */
  readonly port?: number
  /** Where it listens; the control port stays on loopback. Default: 127.0.0.1. */
  readonly host?: string
  /** Ids of the promises that it breaks. */
  readonly broken?: readonly string[]
  /** Epoch milliseconds. Default: the machine's clock. */
  readonly clock?: () => number
  /** Of the data that are there at the start. Default: 1. */
  readonly seed?: number
  /** Default: `reference`. */
  readonly revision?: string
}

/** A running reference system. */
export interface Target<UrlName extends string, PartName extends string> {
  /** By the names of the pack's addresses. */
  readonly urls: Readonly<Record<UrlName, string>>
  readonly control: TargetControl<PartName>
  /** PEM: whom a client has to trust for `urls.https`. */
  readonly authority: string
  close(): Promise<void>
}

export interface TargetControl<PartName extends string> {
  readonly url: string
  advance(ms: number): void
  /** `{ redis: 'down', latency: 300 }` */
  faults(change: Readonly<Partial<Record<PartName, 'down' | 'up'>> & { latency?: number }>): void
  /** Another version is live. */
  revision(revision: string): void
  facts(): Readonly<Record<string, unknown>>
}

/** The place of each listener: ports that follow each other, or any free ones. */
export const placesOf =
  ({ port = 0, host = '127.0.0.1' }: TargetOptions) =>
  (offset: number): { readonly host: string; readonly port: number } => ({ host, port: port === 0 ? 0 : port + offset })

export interface ControlGiven<PartName extends string> {
  readonly port: number
  readonly clock: TargetClock
  readonly parts: Parts<PartName>
  readonly revision: { current: string }
  readonly mailbox?: Mailbox
  readonly facts: () => Readonly<Record<string, unknown>>
}

/** The control port, and the same for whoever holds the system in hand. */
export async function openControl<PartName extends string>(
  given: ControlGiven<PartName>,
): Promise<{ readonly listener: Listener; readonly control: TargetControl<PartName> }> {
  const { clock, parts, revision, facts, mailbox = createMailbox() } = given
  const listener = await listenControl({ ...given, mailbox })
  const control = {
    url: listener.url,
    advance: clock.advance,
    faults: parts.set,
    revision(next: string) {
      revision.current = next
    },
    facts,
  }
  return { listener, control }
}

/** The command of a reference system: `--port 7140 [--host 0.0.0.0] [--break DNT-10,DNT-32] [--revision abc]`. Ends at SIGTERM. */
export async function runTarget(
  create: (options: TargetOptions) => Promise<Target<string, never>>,
  port: number,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(port) },
      host: { type: 'string' },
      break: { type: 'string' },
      revision: { type: 'string' },
    },
  })
  const { port: first, break: broken, ...rest } = values
  const target = await create({ ...rest, port: Number(first), ...(broken ? { broken: broken.split(',') } : {}) })
  for (const [name, url] of Object.entries({ ...target.urls, control: target.control.url }))
    console.log(`${name.padEnd(9)} ${url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void target.close())
}
